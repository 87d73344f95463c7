/*
 * shell_words.h: the words of one plain command of a shell.
 */
#ifndef IMPORT_SHELL_WORDS_H
#define IMPORT_SHELL_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#define SHELL_WORDS_MAX 64

struct arena;

struct shell_words {
	const char *all[SHELL_WORDS_MAX]; /* without quotes; of the arena */
	size_t count;
};

/*
 * The words of the command, which may take several lines.  False: it is more
 * than a program with arguments that stand there (a pipe, a variable, a
 * redirection), or a quote is open at its end.
 */
bool shell_words_read(
    struct arena *a, const char *s, size_t len, struct shell_words *ret);

#endif
