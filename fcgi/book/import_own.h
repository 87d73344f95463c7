/*
 * import_own.h: what the files of the import share.
 */
#ifndef BOOK_IMPORT_OWN_H
#define BOOK_IMPORT_OWN_H

#include "book/parse.h"

#define IMPORT_STEPS_MAX	1500

struct insertion {
	size_t		 at;
	size_t		 skip;		/* blanks of the source that go */
	size_t		 order;
	const char	*text;
};

struct import {
	struct parse	 p;
	struct insertion *list;
	size_t		 count, cap;
	struct ids	*ids;
	size_t		 ids_count;
	const struct node *before;
	const struct node *heading;
	const char	*sql;		/* the dialect of plain "sql" blocks */
	bool		 cautious;
	int		 quotes;	/* block quotes around */
};

/* Puts the text in at that place of the source, where `skip` blanks go. */
void		 import_insert(struct import *im, size_t at, size_t skip,
		    const char *text);

/* A new id made of the title, else of the kind; belongs to the arena. */
const char	*import_id(struct import *im, const char *title,
		    const char *kind);

/* The kind that the block of code would have as a step, or NULL. */
const char	*import_kind(const struct import *im, const struct node *n);

/* Proposes braces for a block of code, or makes those that it has harmless. */
void		 import_code(struct import *im, const struct node *n);

#endif
