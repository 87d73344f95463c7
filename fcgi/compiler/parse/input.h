/*
 * input.h: the copy of a document that md4c reads. Only the compiler includes
 * it.
 */
#ifndef COMPILER_PARSE_INPUT_H
#define COMPILER_PARSE_INPUT_H

#include "base/buf.h"

struct parse;

#define INPUT_FILLER "\xef\xb7\x90" /* inserted, and never shown */

/* Bytes of the copy that are not in the source. */
struct inserted {
	size_t at; /* in the copy */
	size_t len;
	size_t before; /* inserted bytes before these */
};

struct input {
	struct buf text; /* of the document from p->body on */
	struct inserted *all;
	size_t count, cap;
	size_t body;
};

/* Made after blocks_read(); input_clear() frees it. */
void input_make(const struct parse *p, struct input *ret);
void input_clear(struct input *in);

/*
 * True if the pointer from md4c points into the copy (or directly behind it):
 * *ret_at is the place in the source.
 */
bool input_source(const struct input *in, const char *s, size_t *ret_at);

#endif
