/* answers.h: lines of /prompt/ => reply, which are typed into a terminal. */
#ifndef LANG_ANSWERS_H
#define LANG_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>

/* One line of answers; both point into the text, not terminated. */
struct answers_line {
	const char *prompt; /* a regular expression */
	size_t prompt_len;
	const char *reply;
	size_t reply_len;
};

/*
 * The next answer of a step's answers from *at on, which it moves; false: none
 * left. text may be NULL.
 */
bool answers_next(const char *text, size_t *at, struct answers_line *ret);

/* Parses one line.  False: malformed. */
bool answers_line(const char *s, size_t len, struct answers_line *ret);

#endif
