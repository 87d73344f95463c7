/*
 * imperative.h: guesses about sentences: which of them tell somebody to do
 * something.
 */
#ifndef IMPORT_IMPERATIVE_H
#define IMPORT_IMPERATIVE_H

#include <stdbool.h>
#include <stddef.h>

/* The length of the first of the words, ended by NULL, with which s begins in
 * either case; 0: none. */
size_t imperative_begins(const char *const *words, const char *s);

/* Behind a number that is no mark of a list in Markdown, “1、”, “(2)”, “②”,
 * “第三步：” or “Step 4:”; NULL: the text begins with none. */
const char *imperative_behind_number(const char *s);

/* The title tells somebody to do something. */
bool imperative_is(const char *title);

/* The title tells how something is: “The files are in /srv”. */
bool imperative_is_statement(const char *title);

/* The beginning of the clause behind the first one, or NULL. */
const char *imperative_next_clause(const char *s);

#endif
