/*
 * script_lines.h: the lines of a shell script, as far as warnings need them.
 * Nobody outside book/ includes it.
 */
#ifndef LANG_SCRIPT_LINES_H
#define LANG_SCRIPT_LINES_H

#include <stdbool.h>
#include <stddef.h>

struct script_line {
	int number;    /* from 0 */
	const char *s; /* behind its blanks; not ended */
	size_t len;
};

struct script_lines {
	const char *at; /* of the text, NUL-ended */
	int number;
	char quote;     /* open at the end of the line, or 0 */
	bool continued; /* a backslash ended the line */
	char until[64]; /* what ends the here-document, or "" */
	bool tabs;      /* of <<- */
};

/* The next line that begins a command: none of a here-document, of a quoted
 * text, or of the line before; no comment.  False: there is none. */
bool script_lines_next(struct script_lines *l, struct script_line *ret);

/* The words of a command in a line, one after the other from *at on: the next
 * word, its length (quotes and all), and whether it stands where a command
 * begins.  NULL: the line has ended, or a comment begins. */
const char *script_next_word(const struct script_line *l, size_t *at,
    size_t *ret_len, bool *ret_command);

#endif
