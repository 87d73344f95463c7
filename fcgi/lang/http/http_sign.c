/*
 * http_sign.c: the texts of sign: in targets.yml.
 *
 * Two texts, of what is signed and of the header, write the conventions of
 * GitHub, Stripe, Slack and others.  A list of their names was rejected: a hook
 * that a team has written itself is on no list.
 */
#include <string.h>

#include "lang/http/http_sign.h"

static const struct {
	const char *name;
	enum sign_word word;
} words[] = {
	{ "{body}", SIGN_BODY },
	{ "{timestamp}", SIGN_TIMESTAMP },
	{ "{method}", SIGN_METHOD },
	{ "{path}", SIGN_PATH },
	{ "{hex}", SIGN_HEX },
	{ "{base64}", SIGN_BASE64 },
	{ "{secret}", SIGN_SECRET },
};

enum sign_word
sign_next(const char **at, size_t *ret_len)
{
	const char *s = *at;
	size_t n;

	*ret_len = strcspn(s, "{}");
	if (*ret_len > 0) {
		*at = s + *ret_len;
		return SIGN_TEXT;
	}
	if (*s == '\0')
		return SIGN_END;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		n = strlen(words[i].name);
		if (strncmp(s, words[i].name, n) != 0)
			continue;
		*at = s + n;
		return words[i].word;
	}
	return SIGN_WRONG;
}

unsigned
sign_words(const char *text)
{
	unsigned all = 0;
	enum sign_word word;
	size_t len;

	do {
		word = sign_next(&text, &len);
		all |= word;
	} while (word != SIGN_END && word != SIGN_WRONG);
	return all;
}
