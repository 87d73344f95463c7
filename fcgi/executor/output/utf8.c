/*
 * utf8.c: converts any bytes to valid UTF-8, however they are cut.
 *
 * A target may print anything; a recording must be text.  Each byte that cannot
 * be part of a character becomes one U+FFFD.  ASCII, which is nearly
 * everything, is copied in runs, eight bytes at a time.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "executor/output/utf8.h"

#define REPLACEMENT "\xef\xbf\xbd"

static size_t
ascii_run(const char *p, size_t len)
{
	uint64_t word;
	size_t n = 0;

	for (; n + 8 <= len; n += 8) {
		memcpy(&word, p + n, 8);
		if (word & 0x8080808080808080u)
			break;
	}
	while (n < len && (unsigned char)p[n] < 0x80)
		n++;
	return n;
}

/* True if the bytes may be an incomplete character. */
static bool
is_prefix(const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t want = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;

	if (p[0] < 0xc2 || p[0] > 0xf4 || len >= want)
		return false;
	if (len > 1 &&
	    ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
		(p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f)))
		return false;
	for (size_t i = 1; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return false;
	return true;
}

/* Converts one character or invalid byte at p; 0: it is incomplete. */
static size_t
take(const char *p, size_t len, struct buf *out)
{
	uint32_t cp;
	size_t n = text_utf8_next(p, len, &cp);

	if (n > 0) {
		buf_put(out, p, n);
		return n;
	}
	if (is_prefix(p, len))
		return 0;
	buf_puts(out, REPLACEMENT);
	return 1;
}

void
utf8_put(struct utf8 *c, const char *data, size_t len, struct buf *out)
{
	size_t n;

	while (c->len > 0 && len > 0) {
		c->held[c->len++] = *data++;
		len--;
		while (c->len > 0 && (n = take(c->held, c->len, out)) > 0) {
			memmove(c->held, c->held + n, c->len - n);
			c->len -= n;
		}
	}
	while (len > 0) {
		n = ascii_run(data, len);
		buf_put(out, data, n);
		data += n;
		len -= n;
		if (len == 0)
			break;
		if ((n = take(data, len, out)) == 0) {
			memcpy(c->held, data, len);
			c->len = len;
			break;
		}
		data += n;
		len -= n;
	}
}

void
utf8_finish(struct utf8 *c, struct buf *out)
{
	if (c->len > 0)
		buf_puts(out, REPLACEMENT);
	c->len = 0;
}
