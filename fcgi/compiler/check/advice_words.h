/*
 * advice_words.h: warns of characters and words that copying brings into the
 * scripts of steps.
 */
#ifndef COMPILER_CHECK_ADVICE_WORDS_H
#define COMPILER_CHECK_ADVICE_WORDS_H

struct advice;
struct script_line;
struct shell_text;

/* Characters from word processors, and placeholders. */
void advice_check_words(const struct advice *a, const struct script_line *l);

/* The next character; NULL: the line ends. */
const char *shell_text_next(struct shell_text *t, const struct script_line *l);

#endif
