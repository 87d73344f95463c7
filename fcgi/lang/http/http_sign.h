/*
 * http_sign.h: the texts of sign: in targets.yml, with words in braces, such as
 * "{timestamp}.{body}".
 */
#ifndef LANG_HTTP_HTTP_SIGN_H
#define LANG_HTTP_HTTP_SIGN_H

#include <stddef.h>

enum sign_word {
	SIGN_END = 0,
	SIGN_TEXT = 1, /* literal */
	SIGN_BODY = 2,
	SIGN_TIMESTAMP = 4,
	SIGN_METHOD = 8,
	SIGN_PATH = 16,
	SIGN_HEX = 32,
	SIGN_BASE64 = 64,
	SIGN_SECRET = 128,
	SIGN_WRONG = 256 /* another word, or a single brace */
};

#define SIGN_TEXT_WORDS \
	(SIGN_TEXT | SIGN_BODY | SIGN_TIMESTAMP | SIGN_METHOD | SIGN_PATH)
#define SIGN_DIGEST (SIGN_HEX | SIGN_BASE64)

/* Defaults of the text that is signed and of the value of the header. */
#define SIGN_DEFAULT_TEXT "{body}"
#define SIGN_DEFAULT_VALUE "{hex}"

/* Reads what stands at *at and moves *at behind it; its literal is *ret_len. */
enum sign_word sign_next(const char **at, size_t *ret_len);

/* All words of the text. */
unsigned sign_words(const char *text);

#endif
