/*
 * ssh_key.c: facts about SSH keys, without using them.
 *
 * The library's errors do not distinguish a wrong passphrase from a missing
 * one, nor an RSA key that a modern server must refuse from a key that it does
 * not know.  A person needs to know, so we read the key's header ourselves.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/io.h"
#include "base/encode.h"
#include "lang/host_key.h"
#include "executor/ssh/ssh_key.h"

#define KEY_MAX (64 * 1024)

static bool
is_word(const char *s, size_t len, const char *word)
{
	return len == strlen(word) && memcmp(s, word, len) == 0;
}

/* In the format of a .pub file. */
static void
copy_public(const char *key, size_t len, struct ssh_key_facts *ret)
{
	struct buf coded = { 0 };
	char type[64];

	host_key_type(key, len, type);
	encode_base64(key, len, &coded);
	if (strlen(type) + 1 + coded.len < sizeof(ret->public))
		snprintf(ret->public, sizeof(ret->public), "%s %s", type,
		    buf_text(&coded));
	buf_clear(&coded);
}

/* The header of OpenSSH's own format: cipher, kdf, options, count, key. */
static void
parse_openssh(const char *p, const char *end, struct ssh_key_facts *ret)
{
	const char *cipher, *skip, *key, *type;
	size_t cipher_len, n, key_len, type_len;

	if (end - p < 15 || memcmp(p, "openssh-key-v1", 15) != 0)
		return;
	p += 15;
	if (!host_key_string(&p, end, &cipher, &cipher_len) ||
	    !host_key_string(&p, end, &skip, &n) ||
	    !host_key_string(&p, end, &skip, &n) || end - p < 4)
		return;
	p += 4;
	if (!host_key_string(&p, end, &key, &key_len))
		return;
	skip = key;
	if (!host_key_string(&skip, key + key_len, &type, &type_len))
		return;
	copy_public(key, key_len, ret);
	ret->known = true;
	ret->encrypted = !is_word(cipher, cipher_len, "none");
	ret->rsa = is_word(type, type_len, "ssh-rsa");
}

static bool
has(const char *text, const char *word)
{
	return strstr(text, word) != NULL;
}

void
ssh_key_parse(const char *text, size_t len, struct ssh_key_facts *ret)
{
	static const char begin[] = "-----BEGIN OPENSSH PRIVATE KEY-----";
	struct buf copy = { 0 }, digits = { 0 }, raw = { 0 };
	const char *at;

	*ret = (struct ssh_key_facts){ 0 };
	buf_put(&copy, text, len);
	if ((at = strstr(buf_text(&copy), begin)) != NULL) {
		for (at += strlen(begin); *at != '\0' && *at != '-'; at++)
			if (strchr("\r\n \t", *at) == NULL)
				buf_putc(&digits, *at);
		if (encode_unbase64(buf_text(&digits), digits.len, &raw))
			parse_openssh(
			    buf_text(&raw), buf_text(&raw) + raw.len, ret);
	} else if (has(buf_text(&copy), "PRIVATE KEY-----")) {
		ret->known = true;
		ret->encrypted = has(copy.data, "ENCRYPTED");
		ret->rsa = has(copy.data, "BEGIN RSA");
	}
	buf_clear(&copy);
	buf_clear(&digits);
	buf_clear(&raw);
}

void
ssh_key_read(const char *path, struct ssh_key_facts *ret)
{
	struct buf text = { 0 };

	errno = 0;
	if (io_read_file(path, KEY_MAX, &text) != ERR_OK) {
		*ret = (struct ssh_key_facts){ .error = errno != 0 ? errno
								   : EIO };
	} else {
		ssh_key_parse(buf_text(&text), text.len, ret);
	}
	if (text.data != NULL)
		explicit_bzero(text.data, text.len);
	buf_clear(&text);
}
