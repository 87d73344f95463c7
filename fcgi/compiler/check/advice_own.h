/* advice_own.h: declarations shared by the files of the advice. */
#ifndef COMPILER_CHECK_ADVICE_OWN_H
#define COMPILER_CHECK_ADVICE_OWN_H

#include "compiler/parse/parse.h"
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

/*
 * Iterates over the characters of a line that a shell interprets: skips
 * comments, single quotes, and characters behind a backslash.
 */
struct shell_text {
	size_t at;   /* behind the character */
	bool quoted; /* inside double quotes */
};

#endif
