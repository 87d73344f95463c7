/*
 * advice_words.h: warns of characters and words that copying brings into the
 * scripts of steps.
 */
#ifndef COMPILER_CHECK_ADVICE_WORDS_H
#define COMPILER_CHECK_ADVICE_WORDS_H

#include "compiler/check/advice.h"

/*
 * Iterates over the characters of a line that a shell interprets: skips
 * comments, single quotes, and characters behind a backslash.
 */
struct shell_text {
	size_t at;   /* behind the character */
	bool quoted; /* inside double quotes */
};

/* Characters from word processors, and placeholders. */
void advice_check_words(const struct advice *a, const struct script_line *l);

/* The next character; NULL: the line ends. */
const char *shell_text_next(struct shell_text *t, const struct script_line *l);

#endif
