/*
 * search_text.h: the function of SQL that compares a text with a term.
 */
#ifndef JOURNAL_SEARCH_SEARCH_TEXT_H
#define JOURNAL_SEARCH_SEARCH_TEXT_H

#include <stdbool.h>

struct sqlite3;

/*
 * Adds has_text(text, term) to a connection: 1 if the term stands in the text,
 * with the letters of both folded as search_index folds them, else 0 (also for
 * NULL).  False: it cannot be added.
 */
bool search_text_add(struct sqlite3 *handle);

#endif
