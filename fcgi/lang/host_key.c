/* host_key.c: host keys in targets.yml, and their fingerprints. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/encode.h"
#include "base/sha256.h"
#include "lang/host_key.h"

bool
host_key_string(
    const char **p, const char *end, const char **ret, size_t *ret_len)
{
	const unsigned char *u = (const unsigned char *)*p;
	uint32_t n;

	if (end - *p < 4)
		return false;
	n = (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 | (uint32_t)u[2] << 8 |
	    u[3];
	if (n > (size_t)(end - *p - 4))
		return false;
	*ret = *p + 4;
	*ret_len = n;
	*p += 4 + n;
	return true;
}

bool
host_key_read(const char *text, char type[64], struct buf *blob)
{
	size_t n, len;
	char named[64];

	text += strspn(text, " \t");
	n = strcspn(text, " \t");
	if (n == 0 || n >= 64)
		return false;
	memcpy(type, text, n);
	type[n] = '\0';
	text += n + strspn(text + n, " \t");
	len = strcspn(text, " \t\r\n");
	if (len == 0 || !encode_unbase64(text, len, blob))
		return false;
	host_key_type(blob->data, blob->len, named);
	return strcmp(named, type) == 0;
}

void
host_key_fingerprint(const void *blob, size_t len, char text[64])
{
	struct buf digits = { 0 };
	unsigned char hash[32];

	sha256(blob, len, hash);
	encode_base64(hash, sizeof(hash), &digits);
	snprintf(text, 64, "SHA256:%.43s", buf_text(&digits));
	buf_clear(&digits);
}

void
host_key_type(const void *blob, size_t len, char type[64])
{
	const char *p = blob, *name;
	size_t n;

	if (len == 0 || !host_key_string(&p, p + len, &name, &n) || n >= 64 ||
	    memchr(name, '\0', n) != NULL) {
		memcpy(type, "?", 2);
		return;
	}
	memcpy(type, name, n);
	type[n] = '\0';
}
