/* watched.h: a regex that is looked for in each line of output. */
#ifndef EXECUTOR_OUTPUT_WATCHED_H
#define EXECUTOR_OUTPUT_WATCHED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "lang/regex.h"

/* A regex of the job spec and its result. */
struct watched {
	struct regex *regex; /* NULL: not set */
	bool found;
	char *value; /* group 1, else the whole match */
	size_t len;
	bool reject;         /* the value is the whole line, */
	size_t at;           /* the match begins here, */
	size_t size;         /* length of the match */
	bool first;          /* later matches are ignored */
	const char *unclear; /* why a line is open; a clause */
	int unclear_count;
};

/* ERR_INVALID with a fault.  The caller calls watched_clear() in any case. */
enum err watched_compile(
    const char *pattern, struct watched *ret, struct fault *fault);
void watched_clear(struct watched *w);

/* Forgets what was found. */
void watched_forget(struct watched *w);

/*
 * Looks at a line; `cut`: its end is missing.  A match in such a line
 * can only be a reason to fail, as the rest could make it invalid.
 */
void watched_match(struct watched *w, const char *line, size_t len, bool cut);

#endif
