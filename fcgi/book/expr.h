/*
 * expr.h: the expressions of `when`: == != in and or not ( ) < <= > >= with
 * version comparison, over names and quoted or bare words.
 */
#ifndef BOOK_EXPR_H
#define BOOK_EXPR_H

#include <stdbool.h>
#include <stddef.h>

#include "book/book.h"

/*
 * Checks the grammar.  Returns NULL, or what is wrong (static text), with
 * the byte offset in *ret_at.
 */
const char	*expr_check(const char *text, size_t *ret_at);

/* Calls name(ctx, s) for each name that the expression reads. */
void		 expr_names(const char *text,
		    void (*name)(void *ctx, const char *s), void *ctx);

/* Evaluates.  False on return: malformed, or a name has no value. */
bool		 expr_eval(const char *text, book_value_fn value, void *ctx,
		    bool *ret);

/* Versions as the operators < and > see them: below 0, 0, above 0. */
int		 version_compare(const char *a, const char *b);

#endif
