/* text.c: string predicates and conversions. */
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/text.h"

#define ID_CHARS \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" \
	"0123456789._-"

bool
text_eq(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(a, b) == 0;
}

bool
text_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool
text_ends(const char *s, const char *suffix)
{
	size_t len = strlen(s), n = strlen(suffix);

	return len >= n && strcmp(s + len - n, suffix) == 0;
}

bool
text_has_any(const char *s, size_t len, const char *const *words)
{
	for (; *words != NULL; words++)
		if (memmem(s, len, *words, strlen(*words)) != NULL)
			return true;
	return false;
}

bool
text_has_chinese(const char *s, size_t len)
{
	/* the first byte of U+4000 to U+9FFF in UTF-8 */
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)s[i] >= 0xe4 && (unsigned char)s[i] <= 0xe9)
			return true;
	return false;
}

bool
text_is_chinese(const char *s)
{
	return text_has_chinese(s, strlen(s));
}

bool
text_int(const char *s, int64_t min, int64_t max, int64_t *ret)
{
	char *end;
	int64_t n;

	if (s == NULL || !((*s >= '0' && *s <= '9') || *s == '-'))
		return false;
	errno = 0;
	n = strtoll(s, &end, 10);
	if (errno != 0 || end == s || *end != '\0' || n < min || n > max)
		return false;
	*ret = n;
	return true;
}

bool
text_is_name(const char *s)
{
	size_t n;

	if (s == NULL || *s < 'a' || *s > 'z')
		return false;
	n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_");
	return s[n] == '\0' && n <= 64;
}

bool
text_is_id(const char *s)
{
	size_t n;

	if (s == NULL || *s == '.' || *s == '-' || *s == '_')
		return false;
	n = strspn(s, ID_CHARS);
	return s[n] == '\0' && n > 0 && n <= 64;
}

bool
text_is_step_id(const char *s)
{
	size_t n = s != NULL ? strlen(s) : 0;

	if (n == 0 || n > 64 || strchr("._-", *s) != NULL ||
	    !text_is_utf8(s, n))
		return false;
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x80 && strchr(ID_CHARS, *s) == NULL)
			return false;
	return true;
}

bool
text_is_beneath(const char *path)
{
	char part[201];

	if (!text_starts(path, "./") || strlen(path) > 200)
		return false;
	for (path += 2;; path++) {
		size_t n = strcspn(path, "/");

		memcpy(part, path, n);
		part[n] = '\0';
		if (!text_is_id(part))
			return false;
		path += n;
		if (*path == '\0')
			return true;
	}
}

bool
text_is_program(const char *s)
{
	size_t n;

	if (s == NULL || *s == '.' || *s == '-' || *s == '+')
		return false;
	n = strspn(s,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789._+-");
	return s[n] == '\0' && n > 0 && n <= 64;
}

size_t
text_utf8_next(const char *s, size_t len, uint32_t *ret_cp)
{
	static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)s;
	uint32_t cp;
	size_t n;

	if (len == 0)
		return 0;
	if (p[0] < 0x80) {
		*ret_cp = p[0];
		return 1;
	}
	n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || n > len)
		return 0;
	cp = p[0] & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		cp = cp << 6 | (p[i] & 0x3f);
	}
	if (cp < least[n] || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
		return 0;
	*ret_cp = cp;
	return n;
}

size_t
text_utf8_put(uint32_t cp, char out[4])
{
	if (cp == 0 || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
		cp = 0xfffd;
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xc0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xe0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		out[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	out[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

void
text_drop_invalid(char *s)
{
	size_t len = strlen(s), to = 0, n;
	uint32_t cp;

	for (size_t i = 0; i<len; i += n> 0 ? n : 1) {
		n = text_utf8_next(s + i, len - i, &cp);
		memmove(s + to, s + i, n);
		to += n;
	}
	s[to] = '\0';
}

bool
text_is_utf8(const char *s, size_t len)
{
	uint32_t cp;
	size_t n;

	for (; len > 0; s += n, len -= n)
		if ((n = text_utf8_next(s, len, &cp)) == 0 || cp == 0)
			return false;
	return true;
}

bool
text_is_deceptive(uint32_t cp)
{
	return cp == 0xad || cp == 0x61c || cp == 0x180e ||
	    (cp >= 0x200b && cp <= 0x200f) || (cp >= 0x202a && cp <= 0x202e) ||
	    (cp >= 0x2060 && cp <= 0x206f) || cp == 0xfeff ||
	    (cp >= 0xfff9 && cp <= 0xfffb) || (cp >= 0xe0000 && cp <= 0xe007f);
}

size_t
text_characters(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

/* White_Space of Unicode, and the blank of Braille. */
static bool
is_space(uint32_t cp)
{
	return cp <= ' ' || cp == 0x85 || cp == 0xa0 || cp == 0x1680 ||
	    (cp >= 0x2000 && cp <= 0x200a) || cp == 0x2028 || cp == 0x2029 ||
	    cp == 0x202f || cp == 0x205f || cp == 0x2800 || cp == 0x3000;
}

bool
text_is_blank(const char *s)
{
	size_t len = strlen(s), n;
	uint32_t cp;

	for (; len > 0; s += n, len -= n) {
		n = text_utf8_next(s, len, &cp);
		if (n == 0 || !(is_space(cp) || text_is_deceptive(cp)))
			return false;
	}
	return true;
}

bool
text_same_secret(const void *a, const void *b, size_t len)
{
	return sodium_memcmp(a, b, len) == 0;
}

void
text_hex(const void *data, size_t len, char *out)
{
	sodium_bin2hex(out, 2 * len + 1, data, len);
}

bool
text_unhex(const char *hex, void *out, size_t len)
{
	size_t n;

	return sodium_hex2bin(
		   out, len, hex, strnlen(hex, 2 * len), NULL, &n, NULL) == 0 &&
	    n == len;
}

void
text_random_hex(char *out, size_t len)
{
	unsigned char bytes[64];

	if (len > sizeof(bytes))
		log_bug("%zu random bytes are too many", len);
	randombytes_buf(bytes, len);
	text_hex(bytes, len, out);
}

bool
text_is_one_of(const char *s, size_t len, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strlen(*words) == len && memcmp(*words, s, len) == 0)
			return true;
	return false;
}

bool
text_is_among(const char *s, size_t len, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strlen(*words) == len && strncasecmp(*words, s, len) == 0)
			return true;
	return false;
}
