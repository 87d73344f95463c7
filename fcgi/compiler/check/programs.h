/*
 * programs.h: programs that read from a terminal, or do not end.
 */
#ifndef COMPILER_CHECK_PROGRAMS_H
#define COMPILER_CHECK_PROGRAMS_H

#include <stddef.h>

enum program_input {
	PROGRAM_NONE,
	PROGRAM_KEYS,  /* an editor or pager */
	PROGRAM_LINES, /* another shell, or a client: it reads commands */
	PROGRAM_ASKS, /* it asks whether to do it, and takes no for an answer */
	PROGRAM_PASSWORD, /* it asks for a password */
	PROGRAM_TTY,      /* an option wants a terminal */
	PROGRAM_ENDLESS,  /* it follows something, and does not end */
};

/*
 * Finds, from *at on, a command of a script's line that reads from a terminal,
 * judged by its words: it has no commands as arguments or from a file or pipe.
 * The line may continue behind `len`, up to a NUL. *ret_at is its start,
 * *ret_name the name of the program; static. PROGRAM_NONE: none left.
 */
enum program_input program_find(const char *s, size_t len, size_t *at,
    size_t *ret_at, const char **ret_name);

#endif
