/* search_term.h: what people search for, as the patterns of SQLite. */
#ifndef JOURNAL_SEARCH_SEARCH_TERM_H
#define JOURNAL_SEARCH_SEARCH_TERM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

/* "text" as a phrase for MATCH; the arena owns it. */
const char *search_term_phrase(struct arena *a, const char *text);

/* The index that finds a term; one of no index is compared with each text
 * (search_text.h), as one is beside another filter that leads. */
enum search_index { SEARCH_NONE, SEARCH_TRIGRAM, SEARCH_PAIR };
enum search_index search_term_index(const char *text);

/* True for Chinese, Japanese and Korean: two of them have an index. */
bool search_term_is_cjk(uint32_t cp);

#endif
