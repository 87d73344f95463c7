/*
 * grid.c: the rows of a terminal, and which of their text has been passed on.
 *
 * Each row stores the text that readers got.  A row is passed on as it grows,
 * so that a prompt is there at once.  After something in it was overwritten, it
 * is only updated, and passed on whole when the cursor leaves the lowest line,
 * when it scrolls away, when the screen is cleared, after a silence, or at the
 * end: of a progress bar that is drawn a thousand times, the first and the last
 * state remain.
 *
 * Regexes get more: each state that a row had when the cursor was moved away or
 * something was erased, since all of these were on the screen.
 *
 * Rows do not wrap: a line stays a line however narrow the window is.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "executor/tty/grid.h"

#define NONE ((size_t)-1)
#define CELLS 1024 /* of a row; a longer one continues at its beginning */

void
grid_init(struct grid *g, int height)
{
	*g = (struct grid){
		.height = height, .bottom = height - 1, .last = NONE
	};
}

static void
free_row(struct grid_row *r)
{
	if (r == NULL)
		return;
	buf_clear(&r->passed);
	free(r->cells);
	free(r);
}

void
grid_free(struct grid *g)
{
	for (int i = 0; i < TTY_ROWS_MOST; i++)
		free_row(g->rows[i]);
}

static struct grid_row *
row_at(struct grid *g, int row)
{
	if (g->rows[row] == NULL)
		g->rows[row] = mem_calloc(1, sizeof(*g->rows[row]));
	return g->rows[row];
}

/* Without the blanks left by erasing. */
static void
put_row(const struct grid_row *r, bool trim, struct buf *out)
{
	size_t n = r->count;

	while (trim && n > 0 && r->cells[n - 1].len == 1 &&
	    r->cells[n - 1].bytes[0] == ' ')
		n--;
	for (size_t i = 0; i < n; i++)
		buf_put(out, r->cells[i].bytes, r->cells[i].len);
}

/* Records that the current row was on the screen. */
static void
see(struct grid *g, struct grid_row *r)
{
	size_t before = g->out->seen.len;

	if (r == NULL || !r->fresh)
		return;
	put_row(r, r->edited, &g->out->seen);
	if (g->out->seen.len > before || r->spilled)
		buf_putc(&g->out->seen, '\n');
	r->fresh = r->spilled = false;
}

/* The following text belongs to this row. */
static void
open_row(struct grid *g, struct grid_row *r)
{
	if (g->open == r)
		return;
	if (g->open != NULL && g->open->passed.len > 0)
		buf_putc(&g->out->text, '\n');
	g->open = r;
}

static void
close_row(struct grid *g, const struct grid_row *r)
{
	if (g->open == r)
		open_row(g, NULL);
}

/* Appends the row to the text. */
static void
pass_row(struct grid *g, struct grid_row *r)
{
	struct buf line = { 0 };
	size_t passed;

	if (r == NULL || !r->behind)
		return;
	r->behind = false;
	put_row(r, true, &line);
	passed = r->passed.len;
	if (line.len == 0 ||
	    (line.len == passed &&
		memcmp(line.data, r->passed.data, passed) == 0)) {
		buf_clear(&line);
		return;
	}
	if (passed > 0 &&
	    (g->open != r || line.len < passed ||
		memcmp(line.data, r->passed.data, passed) != 0)) {
		close_row(g, r);
		passed = 0;
	}
	open_row(g, r);
	buf_put(&g->out->text, line.data + passed, line.len - passed);
	buf_clear(&r->passed);
	r->passed = line;
}

/* Passes the row on and clears it. */
static void
drop(struct grid *g, struct grid_row *r)
{
	if (r == NULL)
		return;
	see(g, r);
	pass_row(g, r);
	close_row(g, r);
	r->count = 0;
	r->behind = r->edited = false;
	buf_reset(&r->passed);
}

static void
pass_rows(struct grid *g, int from, int to)
{
	for (int i = from; i < to; i++)
		pass_row(g, g->rows[i]);
}

/* Returns the cell at the column; fills blanks before it. */
static struct grid_cell *
cell_at(struct grid_row *r, size_t column)
{
	while (r->count <= column) {
		struct grid_cell *cell = mem_grow(
		    &r->cells, &r->cap, r->count++, sizeof(*cell));

		*cell = (struct grid_cell){ " ", 1 };
	}
	return &r->cells[column];
}

/* A row of maximum length continues at its beginning. */
static void
spill(struct grid *g, struct grid_row *r)
{
	pass_row(g, r);
	if (r->fresh)
		put_row(r, false, &g->out->seen);
	r->spilled = r->spilled || r->fresh;
	r->count = 0;
	g->column = 0;
	buf_reset(&r->passed);
}

/* True if text gets characters of the row at once. */
static bool
is_streamed(struct grid *g, struct grid_row *r)
{
	if (r->behind || g->column != r->count ||
	    (g->open != r && r->passed.len > 0))
		return false;
	if (g->open != r && r->count == 0 && !r->spilled)
		pass_rows(g, 0, g->row);
	open_row(g, r);
	return true;
}

static bool
is_wide(char c)
{
	unsigned char b = (unsigned char)c;

	return (b >= 0xe3 && b <= 0xed) || b == 0xf0;
}

static void
add_more(struct grid *g, struct grid_row *r, char c)
{
	struct grid_cell *cell;

	if (g->last >= r->count || r->cells[g->last].len == 4)
		return;
	cell = &r->cells[g->last];
	cell->bytes[cell->len++] = c;
	if (!r->behind) {
		buf_putc(&g->out->text, c);
		buf_putc(&r->passed, c);
	}
}

void
grid_put(struct grid *g, char c)
{
	struct grid_row *r = row_at(g, g->row);
	struct grid_cell *cell;
	bool streamed;

	if (((unsigned char)c & 0xc0) == 0x80) {
		add_more(g, r, c);
		return;
	}
	if (g->column >= CELLS)
		spill(g, r);
	streamed = is_streamed(g, r);
	g->cleared = false;
	g->last = g->column;
	cell = cell_at(r, g->column++);
	if (cell->len != 1 || cell->bytes[0] != c || streamed)
		r->fresh = true;
	*cell = (struct grid_cell){ { c }, 1 };
	if (is_wide(c))
		cell_at(r, g->column++)->len = 0;
	if (streamed) {
		buf_putc(&g->out->text, c);
		buf_putc(&r->passed, c);
	} else {
		r->behind = r->edited = true;
	}
}

static void
rotate(struct grid_row **rows, int n, bool down)
{
	struct grid_row *r = down ? rows[n - 1] : rows[0];

	if (down)
		memmove(rows + 1, rows, (size_t)(n - 1) * sizeof(*rows));
	else
		memmove(rows, rows + 1, (size_t)(n - 1) * sizeof(*rows));
	rows[down ? 0 : n - 1] = r;
}

void
grid_shift_rows(struct grid *g, int row, int n)
{
	int count = g->bottom - row + 1;

	if (row < g->top || row > g->bottom)
		return;
	for (int i = 0; i < (n < 0 ? -n : n) && i < count; i++) {
		drop(g, g->rows[n > 0 ? g->bottom : row]);
		rotate(g->rows + row, count, n > 0);
	}
	if (n > 0 && g->lowest < g->bottom)
		g->lowest = g->lowest + n < g->bottom ? g->lowest + n
						      : g->bottom;
}

/* The text continues below; a blank line counts, too. */
static void
end_line(struct grid *g)
{
	struct grid_row *r = row_at(g, g->row);

	pass_row(g, r);
	if (g->open == NULL && r->count == 0)
		buf_putc(&g->out->seen, '\n');
	buf_putc(&g->out->text, '\n');
	g->open = NULL;
}

void
grid_line_feed(struct grid *g)
{
	bool scrolls = g->row == g->bottom;

	see(g, g->rows[g->row]);
	g->last = NONE;
	g->cleared = false;
	if (g->row == g->lowest || scrolls) {
		end_line(g);
		g->column = 0;
	}
	if (scrolls)
		grid_shift_rows(g, g->top, -1);
	else if (g->row < g->height - 1)
		g->row++;
	if (g->lowest < g->row)
		g->lowest = g->row;
}

void
grid_go_row(struct grid *g, int row)
{
	row = row < 0 ? 0 : row >= g->height ? g->height - 1 : row;
	see(g, g->rows[g->row]);
	g->last = NONE;
	while (!g->cleared && g->lowest < row) {
		g->row = g->lowest++;
		end_line(g);
	}
	g->row = row;
	if (g->cleared)
		g->lowest = row;
}

void
grid_go_column(struct grid *g, long column)
{
	see(g, g->rows[g->row]);
	g->last = NONE;
	g->column = column < 0 ? 0
	    : column >= CELLS  ? CELLS - 1
			       : (size_t)column;
}

void
grid_save(struct grid *g)
{
	g->saved_row = g->row;
	g->saved_column = g->column;
}

void
grid_restore(struct grid *g)
{
	grid_go_row(g, g->saved_row);
	grid_go_column(g, (long)g->saved_column);
}

void
grid_erase(struct grid *g, size_t from, size_t to)
{
	struct grid_row *r = g->rows[g->row];

	if (r == NULL || from >= r->count)
		return;
	see(g, r);
	if (to >= r->count)
		r->count = from;
	for (size_t i = from; i < to && i < r->count; i++)
		r->cells[i] = (struct grid_cell){ " ", 1 };
	r->fresh = r->behind = r->edited = true;
}

void
grid_erase_rows(struct grid *g, int from, int to)
{
	for (int i = from; i < to && i < g->height; i++)
		drop(g, g->rows[i]);
	if (to >= g->height && g->lowest > g->row)
		g->lowest = g->row;
}

void
grid_clear(struct grid *g)
{
	grid_erase_rows(g, 0, g->height);
	g->lowest = g->row;
	g->cleared = true;
}

void
grid_shift_cells(struct grid *g, int n)
{
	struct grid_row *r = g->rows[g->row];
	size_t by = (size_t)(n < 0 ? -n : n), left;

	if (r == NULL || g->column >= r->count)
		return;
	see(g, r);
	left = r->count - g->column;
	by = by < left ? by : left;
	if (n < 0) {
		memmove(r->cells + g->column, r->cells + g->column + by,
		    (left - by) * sizeof(*r->cells));
		r->count -= by;
	} else {
		cell_at(
		    r, r->count + by < CELLS ? r->count + by - 1 : CELLS - 1);
		memmove(r->cells + g->column + by, r->cells + g->column,
		    (r->count - g->column - by) * sizeof(*r->cells));
		for (size_t i = 0; i < by; i++)
			r->cells[g->column + i] = (struct grid_cell){ " ", 1 };
	}
	r->fresh = r->behind = r->edited = true;
}

void
grid_resize(struct grid *g, int height)
{
	g->top = 0;
	g->bottom = g->height - 1;
	for (; g->row >= height; g->row--, g->lowest--)
		grid_shift_rows(g, 0, -1);
	for (int i = height; i < g->height; i++)
		drop(g, g->rows[i]);
	g->height = height;
	g->bottom = height - 1;
	g->lowest = g->lowest < height ? g->lowest : height - 1;
}

void
grid_settle(struct grid *g)
{
	for (int i = 0; i < g->height; i++) {
		see(g, g->rows[i]);
		pass_row(g, g->rows[i]);
	}
}

void
grid_finish(struct grid *g)
{
	int height = g->height;

	grid_settle(g);
	if (g->open != NULL && g->open != g->rows[g->row])
		open_row(g, NULL);
	g->open = NULL; /* the last line has no end */
	for (int i = 0; i < height; i++)
		drop(g, g->rows[i]);
	g->top = g->row = g->lowest = 0;
	g->column = 0;
	g->last = NONE;
	g->bottom = height - 1;
	g->cleared = false;
	grid_save(g);
}
