/*
 * script_lines.h: the lines of a shell script, as far as warnings need them.
 * Only the compiler includes it.
 */
#ifndef LANG_SCRIPT_LINES_H
#define LANG_SCRIPT_LINES_H

#include <stdbool.h>
#include <stddef.h>

struct script_line {
	int number;    /* from 0 */
	const char *s; /* behind its blanks; not terminated */
	size_t len;
};

struct script_lines {
	const char *at; /* of the text, NUL-ended */
	int number;
	char quote;     /* open at the end of the line, or 0 */
	bool continued; /* a backslash ended the line */
	char until[64]; /* the word that ends the here-document, or "" */
	bool tabs;      /* of <<- */
};

/*
 * The next line that begins a command: skips comments and lines of
 * here-documents, quoted texts and continued lines. False: none left.
 */
bool script_lines_next(struct script_lines *l, struct script_line *ret);

/*
 * Iterates over the words of a command in a line from *at on: the next word,
 * its length (quotes included), and whether a command begins there. NULL: end
 * of the line, or start of a comment.
 */
const char *script_next_word(const struct script_line *l, size_t *at,
    size_t *ret_len, bool *ret_command);

#endif
