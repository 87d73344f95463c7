/*
 * sealed.c: output in a box.
 *
 * It is collected in memory and sealed when the step ends (libsodium's sealed
 * box: X25519, XSalsa20-Poly1305), so that it is never on disk in clear.  The
 * price: nobody sees it while the step runs, it is lost with the step's
 * process, and its limit is lower than that of other output; secret output is a
 * password or a token and not a log.  Sealing it piece by piece (secretstream)
 * was rejected: a dead step would leave a file that cannot be distinguished
 * from a truncated one.
 */
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "executor/output/sealed.h"
#include "wire/exec.h"

#define HALF (EXEC_SEALED_LIMIT / 2)

struct sealed {
	const char *target;
	const unsigned char *key;
	struct buf head; /* the first HALF bytes */
	struct buf tail; /* up to twice the last HALF */
	int64_t size;    /* total bytes of input */
};

struct sealed *
sealed_new(const char *target, const unsigned char *key)
{
	struct sealed *s = mem_calloc(1, sizeof(*s));

	s->target = target;
	s->key = key;
	/* full size at once: growing would leave copies in memory */
	buf_reserve(&s->head, HALF);
	buf_reserve(&s->tail, 2 * HALF);
	return s;
}

/*
 * The longest prefix of at most `most` bytes that ends at a character: none if
 * the first one does not fit.  Four bytes have one, unless they are no text.
 */
static size_t
whole_characters(const char *data, size_t len, size_t most)
{
	size_t n = len < most ? len : most;

	while (n > 0 && n < len && (data[n] & 0xc0) == 0x80)
		n--;
	return n > 0 || most < 4 ? n : len < most ? len : most;
}

/* Reduces the tail to its last HALF bytes, or a few less. */
static void
shorten(struct sealed *s)
{
	size_t from;

	if (s->tail.len <= HALF)
		return;
	from = s->tail.len - HALF;
	while (from < s->tail.len && (s->tail.data[from] & 0xc0) == 0x80)
		from++;
	memmove(s->tail.data, s->tail.data + from, s->tail.len - from);
	s->tail.len -= from;
}

void
sealed_put(struct sealed *s, const char *data, size_t len)
{
	s->size += (int64_t)len;
	if (s->tail.len == 0) {
		size_t n = whole_characters(data, len, HALF - s->head.len);

		buf_put(&s->head, data, n);
		data += n;
		len -= n;
	}
	while (len > 0) {
		size_t n = whole_characters(data, len, 2 * HALF - s->tail.len);

		buf_put(&s->tail, data, n);
		data += n;
		len -= n;
		if (len > 0)
			shorten(s);
	}
}

enum err
sealed_write(const char *path, const unsigned char *key, const void *data,
    size_t len, char *ret_hash)
{
	size_t size = len + crypto_box_SEALBYTES;
	unsigned char *box = mem_calloc(1, size);
	enum err err = ERR_IO;

	if (sodium_init() < 0)
		log_fatal("libsodium does not start");
	errno = EINVAL; /* invalid key */
	if (crypto_box_seal(box, data, len, key) == 0)
		err = io_write_file(path, 0640, box, size);
	if (err == ERR_OK)
		hash_hex(box, size, ret_hash);
	free(box);
	return err;
}

static void
wipe(struct buf *text)
{
	sodium_memzero(text->data, text->cap);
	buf_clear(text);
}

enum err
sealed_close(
    struct sealed *s, int64_t *ret_bytes, int64_t *ret_dropped, char *ret_hash)
{
	char *path = mem_printf("%s" EXEC_SEALED, s->target);
	struct buf text = { 0 };
	enum err err;
	int saved;

	buf_reserve(&text, EXEC_SEALED_LIMIT + 128);
	shorten(s);
	*ret_bytes = s->size;
	*ret_dropped = s->size - (int64_t)(s->head.len + s->tail.len);
	buf_put(&text, s->head.data, s->head.len);
	if (*ret_dropped > 0)
		buf_printf(&text,
		    "\n[... %lld bytes of output were left out "
		    "here ...]\n",
		    (long long)*ret_dropped);
	buf_put(&text, s->tail.data, s->tail.len);
	err = sealed_write(path, s->key, buf_text(&text), text.len, ret_hash);
	saved = errno;
	free(path);
	wipe(&text);
	wipe(&s->head);
	wipe(&s->tail);
	free(s);
	errno = saved;
	return err;
}
