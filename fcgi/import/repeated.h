/*
 * repeated.h: values that stand in several steps of a proposal.
 */
#ifndef IMPORT_REPEATED_H
#define IMPORT_REPEATED_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct runbook;

#define REPEATED_MAX 20
#define REPEATED_STEPS 3 /* a value in so many steps is one */

/* A folder, a version or an address. */
struct repeated {
	const char *value;
	const char *lines; /* of its steps, “12, 40” */
	int line;          /* the first of them */
	size_t scripts;    /* the steps in which a parameter can stand for it */
	bool address;
};

/* Finds them, at most REPEATED_MAX; all is of the arena. */
size_t repeated_find(
    const struct runbook *result, struct arena *a, struct repeated *ret);

/*
 * The length of a value at s[at], or 0: it is a part of a longer one there.
 */
size_t repeated_at(const char *value, const char *s, size_t len, size_t at);

/* Nothing but blanks is before the sign “#” at s[at]. */
bool repeated_is_comment(const char *s, size_t at);

#endif
