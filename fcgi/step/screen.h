/*
 * screen.h: readable text of what a program writes to a terminal.
 */
#ifndef STEP_SCREEN_H
#define STEP_SCREEN_H

#include <stddef.h>

#include "base/buf.h"

#define SCREEN_COLUMNS	80
#define SCREEN_ROWS	24

struct screen;

struct screen	*screen_new(void);	/* of SCREEN_ROWS */
void		 screen_free(struct screen *s);

/*
 * Takes bytes of the terminal, however they are cut.  Appends to text what of
 * them stays on its lines, and to plain all characters in the order in which
 * they came, with line ends where the cursor jumped.
 */
void		 screen_put(struct screen *s, const char *data, size_t len,
		    struct buf *text, struct buf *plain);

/* The terminal has so many rows now. */
void		 screen_resize(struct screen *s, int rows);

/* Appends what the line of the cursor shows and text does not have yet. */
void		 screen_settle(struct screen *s, struct buf *text);

/* The same, and the next output begins on a new terminal. */
void		 screen_finish(struct screen *s, struct buf *text);

#endif
