/*
 * grid.h: the rows of a terminal, and which of their text has been passed on.
 */
#ifndef EXECUTOR_TTY_GRID_H
#define EXECUTOR_TTY_GRID_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "wire/tty_message.h"

/* The results of a terminal's bytes; the caller empties it. */
struct shown {
	struct buf text;  /* for a reader: the first and the
			   * last state of each line */
	struct buf seen;  /* each state of each line, one a line */
	struct buf plain; /* all characters in the order of arrival */
};

struct grid_cell {
	char bytes[4];     /* one character */
	unsigned char len; /* 0: the right half of a wide one */
};

struct grid_row {
	struct grid_cell *cells;
	size_t count;
	size_t cap;
	bool behind;       /* text does not have its current state */
	bool fresh;        /* seen does not have its current state */
	bool edited;       /* blanks at its end may be erased */
	bool spilled;      /* seen has its beginning */
	struct buf passed; /* the part that text has */
};

struct grid {
	struct grid_row *rows[TTY_ROWS_MOST]; /* NULL: blank so far */
	int height;
	int top, bottom; /* of the scrolling region */
	int row;         /* of the cursor */
	size_t column;
	int lowest; /* lowest row that was used */
	int saved_row;
	size_t saved_column;
	size_t last;           /* column of a character that
				* may have more bytes */
	bool cleared;          /* and nothing was printed since */
	struct grid_row *open; /* row where text ends, or NULL */
	struct shown *out;     /* of the current call */
};

void grid_init(struct grid *g, int height);
void grid_free(struct grid *g);
void grid_resize(struct grid *g, int height);

/* Adds a character, byte by byte, at the cursor. */
void grid_put(struct grid *g, char c);
void grid_line_feed(struct grid *g);

/* Moves the cursor, within the rows. */
void grid_go_row(struct grid *g, int row);
void grid_go_column(struct grid *g, long column);
void grid_save(struct grid *g);
void grid_restore(struct grid *g);

/* Erases cells of the cursor's row; rows; all. */
void grid_erase(struct grid *g, size_t from, size_t to);
void grid_erase_rows(struct grid *g, int from, int to);
void grid_clear(struct grid *g);

/* Inserts (n > 0) or deletes (n < 0) cells at the cursor; rows at `row`. */
void grid_shift_cells(struct grid *g, int n);
void grid_shift_rows(struct grid *g, int row, int n);

/* Passes on everything that has not been. */
void grid_settle(struct grid *g);

/* The same, and then clears all. */
void grid_finish(struct grid *g);

#endif
