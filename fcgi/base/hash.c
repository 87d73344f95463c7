/*
 * hash.c: BLAKE2b-256 by libsodium.
 */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/text.h"

void
hash_two(const void *a, size_t a_len, const void *b, size_t b_len,
    unsigned char out[HASH_BYTES])
{
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, HASH_BYTES);
	if (a_len > 0)
		crypto_generichash_update(&state, a, a_len);
	if (b_len > 0)
		crypto_generichash_update(&state, b, b_len);
	crypto_generichash_final(&state, out, HASH_BYTES);
}

void
hash_hex(const void *data, size_t len, char out[2 * HASH_BYTES + 1])
{
	unsigned char hash[HASH_BYTES];

	hash_two(data, len, NULL, 0, hash);
	text_hex(hash, sizeof(hash), out);
}

struct hash {
	crypto_generichash_state state;
};

struct hash *
hash_new(void)
{
	struct hash *h = aligned_alloc(_Alignof(struct hash), sizeof(*h));

	if (h == NULL)
		log_fatal("out of memory");
	crypto_generichash_init(&h->state, NULL, 0, HASH_BYTES);
	return h;
}

void
hash_put(struct hash *h, const void *data, size_t len)
{
	crypto_generichash_update(&h->state, data, len);
}

void
hash_end(struct hash *h, char out[HASH_TEXT])
{
	unsigned char hash[HASH_BYTES];

	if (h != NULL && out != NULL) {
		crypto_generichash_final(&h->state, hash, HASH_BYTES);
		text_hex(hash, sizeof(hash), out);
	}
	free(h);
}

enum err
hash_file(const char *path, char out[2 * HASH_BYTES + 1])
{
	static unsigned char block[65536];
	unsigned char hash[HASH_BYTES];
	crypto_generichash_state state;
	struct stat st;
	ssize_t n;
	int fd;

	/* do not block on a FIFO in place of a file */
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return ERR_IO;
	}
	crypto_generichash_init(&state, NULL, 0, HASH_BYTES);
	while ((n = read(fd, block, sizeof(block))) > 0)
		crypto_generichash_update(&state, block, (size_t)n);
	close(fd);
	if (n < 0)
		return ERR_IO;
	crypto_generichash_final(&state, hash, HASH_BYTES);
	text_hex(hash, sizeof(hash), out);
	return ERR_OK;
}
