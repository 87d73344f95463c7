/*
 * search_check.h: compares the index of searches with the texts.
 */
#ifndef JOURNAL_SEARCH_CHECK_H
#define JOURNAL_SEARCH_CHECK_H

#include "base/err.h"

/*
 * Checks that search_index finds each text of table `search` by what stands in
 * it, and nothing else, in a copy of the index in a temporary file.
 * ERR_INVALID: it does not.  ERR_UNAVAILABLE: it cannot be read or copied.
 */
enum err search_check(const char *data_dir);

#endif
