/*
 * advice_own.h: what the files of the advice share.
 */
#ifndef COMPILER_ADVICE_OWN_H
#define COMPILER_ADVICE_OWN_H

#include "compiler/parse.h"
#include "lang/script_lines.h"

struct advice {
	struct parse *p;
	size_t step;
	struct step *s;
	bool errexit;     /* set -e came before */
	bool included;    /* other files may set variables */
	size_t cd_at;     /* an unguarded cd, or NOWHERE */
	size_t variables; /* asked for so far */
};

/* The place in the source of a byte of the line. */
size_t advice_place(
    const struct advice *a, const struct script_line *l, const char *at);

/* advice_words.c: characters that a word processor has put in, and words that
 * are to be filled in. */
void advice_check_words(const struct advice *a, const struct script_line *l);

/* advice_variables.c: variables that nothing sets, in a line of a script. */
void advice_check_variables(struct advice *a, const struct script_line *l);

/* The word of an rm begins with a variable that may be empty, and goes on with
 * a slash; that is said. */
void advice_check_removed(struct advice *a, const struct script_line *l,
    const char *word, size_t len);

/* A walk over the characters of a line that a shell reads: none of a comment,
 * none within single quotes, none behind a backslash. */
struct shell_text {
	size_t at;   /* behind the character */
	bool quoted; /* it stands in double quotes */
};

/* The next character; NULL: the line ends. */
const char *shell_text_next(struct shell_text *t, const struct script_line *l);

#endif
