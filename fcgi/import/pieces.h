/*
 * pieces.h: a sentence as names and the words between them.
 */
#ifndef IMPORT_PIECES_H
#define IMPORT_PIECES_H

#include <stdbool.h>
#include <stddef.h>

#define PIECES_MAX 32

struct import;
struct node;

/* A name, such as a file, with the words before it; of the arena. */
struct piece {
	const char *before;
	const char *name;
	bool code;     /* it is marked as code */
	bool prompted; /* behind a prompt, which the name has not */
};

struct pieces {
	struct piece all[PIECES_MAX];
	size_t count;
	const char *after; /* the words behind the last one */
};

/* Takes a sentence apart at its code; in Chinese also at the words of ASCII.
 * False: it has too many. */
bool pieces_read(struct import *im, const struct node *n, struct pieces *ret);

/* The same of a line of text, which has no code. */
bool pieces_read_text(struct import *im, const char *s, struct pieces *ret);

/* The words behind the name i. */
const char *pieces_behind(const struct pieces *p, size_t i);

/* The sentence forbids what it names, or leaves a choice. */
bool pieces_refuse(const struct pieces *p);

/* One of the words, of a list that NULL ends, is in the text. */
bool pieces_has(const char *text, const char *const *words);

#endif
