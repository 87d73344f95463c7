/* advice_own.h: declarations shared by the files of the advice. */
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
	size_t variables; /* number of them so far */
};

/* The place in the source of a byte of the line. */
size_t advice_place(
    const struct advice *a, const struct script_line *l, const char *at);

/* advice_words.c: characters from word processors, and placeholders. */
void advice_check_words(const struct advice *a, const struct script_line *l);

/* advice_variables.c: variables that are never set, in a line of a script. */
void advice_check_variables(struct advice *a, const struct script_line *l);

/*
 * Warns of an rm whose argument begins with a possibly empty variable followed
 * by a slash.
 */
void advice_check_removed(struct advice *a, const struct script_line *l,
    const char *word, size_t len);

/*
 * Iterates over the characters of a line that a shell interprets: skips
 * comments, single quotes, and characters behind a backslash.
 */
struct shell_text {
	size_t at;   /* behind the character */
	bool quoted; /* inside double quotes */
};

/* The next character; NULL: the line ends. */
const char *shell_text_next(struct shell_text *t, const struct script_line *l);

#endif
