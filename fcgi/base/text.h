/* text.h: string predicates and conversions. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Compares two strings; NULL equals only NULL. */
bool text_eq(const char *a, const char *b);

bool text_starts(const char *s, const char *prefix);
bool text_ends(const char *s, const char *suffix);

/* One of the words, which end with NULL, stands in the len bytes at s. */
bool text_has_any(const char *s, size_t len, const char *const *words);

/* A Chinese character stands in the text; begins in its first len bytes. */
bool text_is_chinese(const char *s);
bool text_has_chinese(const char *s, size_t len);

/* A whole decimal number within [min, max] and nothing else. */
bool text_int(const char *s, int64_t min, int64_t max, int64_t *ret);

/* A value's name: [a-z][a-z0-9_]*, at most 64 bytes. */
bool text_is_name(const char *s);

/* An identifier of a target, user, role or token:
 * [A-Za-z0-9][A-Za-z0-9._-]*, at most 64 bytes. */
bool text_is_id(const char *s);

/*
 * The same for a step, with other characters than those of ASCII as well, of
 * which a document may use letters, marks and digits (parse/attribute.c).
 */
bool text_is_step_id(const char *s);

/* "./a/b", at most 200 bytes: each part is an id, so that it leads nowhere
 * else. */
bool text_is_beneath(const char *path);

/*
 * The name of a program without its folder: [A-Za-z0-9_][A-Za-z0-9._+-]*, at
 * most 64 bytes.
 */
bool text_is_program(const char *s);

/* Valid UTF-8 (RFC 3629: no surrogates, no overlong forms, no NUL). */
bool text_is_utf8(const char *s, size_t len);

/*
 * Removes invalid UTF-8 from the string, such as half a character at the end of
 * a text that was cut.
 */
void text_drop_invalid(char *s);

/*
 * Decodes the character at s (at most len bytes) into *ret_cp.  Returns its
 * length in bytes, or 0 if s is not valid UTF-8.
 */
size_t text_utf8_next(const char *s, size_t len, uint32_t *ret_cp);

/*
 * Encodes a character, U+FFFD in place of one that is none (0, surrogates).
 * Returns its length in bytes.
 */
size_t text_utf8_put(uint32_t cp, char out[4]);

/*
 * Bidirectional controls, zero-width and other characters that hide or reorder
 * text, and must be made visible in commands.
 */
bool text_is_deceptive(uint32_t cp);

/* The number of characters (code points) of valid UTF-8. */
size_t text_characters(const char *s);

/* It has nothing to read: white space (Unicode), or characters of no width. */
bool text_is_blank(const char *s);

/* Compares in constant time. */
bool text_same_secret(const void *a, const void *b, size_t len);

/* Lower-case hex of len bytes into out[2 * len + 1]. */
void text_hex(const void *data, size_t len, char *out);

/* Reads 2 * len hex digits. False if there are fewer. */
bool text_unhex(const char *hex, void *out, size_t len);

/* Writes 2 * len random hex digits, from the kernel, into out[2 * len + 1]. */
void text_random_hex(char *out, size_t len);

/*
 * True if one of the words, which end with NULL, is the text of that length;
 * text_is_among() takes ASCII letters of both cases for the same.
 */
bool text_is_one_of(const char *s, size_t len, const char *const *words);
bool text_is_among(const char *s, size_t len, const char *const *words);

#endif
