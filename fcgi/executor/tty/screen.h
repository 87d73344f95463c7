/* screen.h: readable text of a program's terminal output. */
#ifndef EXECUTOR_TTY_SCREEN_H
#define EXECUTOR_TTY_SCREEN_H

#include <stddef.h>

#include "executor/tty/grid.h"

#define SCREEN_COLUMNS 80
#define SCREEN_ROWS 24

struct screen;

struct screen *screen_new(void); /* of SCREEN_ROWS */
void screen_free(struct screen *s);

/*
 * Reads bytes of the terminal, however they are cut, and appends the results to
 * out.
 */
void screen_put(
    struct screen *s, const char *data, size_t len, struct shown *out);

/* Sets the number of rows, at most TTY_ROWS_MOST. */
void screen_resize(struct screen *s, int rows, struct shown *out);

/* Appends shown lines that out does not have yet. */
void screen_settle(struct screen *s, struct shown *out);

/* The same, and the next output begins on a new terminal. */
void screen_finish(struct screen *s, struct shown *out);

#endif
