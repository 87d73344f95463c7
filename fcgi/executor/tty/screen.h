/*
 * screen.h: readable text of what a program writes to a terminal.
 */
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
 * Takes bytes of the terminal, however they are cut, and appends what comes
 * of them to out.
 */
void screen_put(
    struct screen *s, const char *data, size_t len, struct shown *out);

/* The terminal has so many rows now, at most EXEC_ROWS_MOST. */
void screen_resize(struct screen *s, int rows, struct shown *out);

/* Appends what lines show and out did not have yet. */
void screen_settle(struct screen *s, struct shown *out);

/* The same, and the next output begins on a new terminal. */
void screen_finish(struct screen *s, struct shown *out);

#endif
