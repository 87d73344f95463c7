/*
 * screen.c: readable text of a program's terminal output.
 *
 * The rows of the terminal are stored as it shows them (grid.c): text that was
 * overwritten, erased, cleared or scrolled away was shown, and counts.
 * Sequences that move the cursor or change rows are executed; colours, titles,
 * links and all other sequences are dropped.  Strings of any length are skipped
 * without being stored; a line end closes an unterminated one, so that nothing
 * can be hidden in it.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "executor/tty/screen.h"

#define TAB 8

enum state { GROUND, ESCAPE, SEQUENCE, STRING, STRING_ESCAPE, CHARSET };

struct screen {
	enum state state;
	char args[32]; /* of the sequence; truncated if too long */
	size_t args_len;
	bool returned; /* the last byte was CR */
	char last[4];  /* the last character */
	size_t last_len;
	struct grid grid;
};

struct screen *
screen_new(void)
{
	struct screen *s = mem_calloc(1, sizeof(*s));

	grid_init(&s->grid, SCREEN_ROWS);
	return s;
}

void
screen_free(struct screen *s)
{
	if (s != NULL)
		grid_free(&s->grid);
	free(s);
}

void
screen_resize(struct screen *s, int rows, struct shown *out)
{
	s->grid.out = out;
	if (rows > 0 && rows <= TTY_ROWS_MOST && rows != s->grid.height)
		grid_resize(&s->grid, rows);
}

static void
put_character(struct screen *s, char c)
{
	struct buf *plain = &s->grid.out->plain;

	if (((unsigned char)c & 0xc0) != 0x80) {
		if (s->returned && s->grid.column == 0)
			buf_putc(plain, '\n');
		s->last_len = 0;
	}
	if (s->last_len < sizeof(s->last))
		s->last[s->last_len++] = c;
	s->returned = false;
	buf_putc(plain, c);
	grid_put(&s->grid, c);
}

static void
put_control(struct screen *s, char c)
{
	struct grid *g = &s->grid;

	if (c == '\n') {
		buf_putc(&g->out->plain, '\n');
		s->returned = false;
		grid_line_feed(g);
	} else if (c == '\r') {
		grid_go_column(g, 0);
		s->returned = true;
	} else if (c == '\b' && g->column > 0) {
		grid_go_column(g, (long)g->column - 1);
	} else if (c == '\t') {
		do
			put_character(s, ' ');
		while (g->column % TAB != 0);
	} else if (c == '\x1b') {
		s->state = ESCAPE;
	}
}

/* The number of an argument, at least `least`. */
static int
argument(const struct screen *s, int index, int least)
{
	const char *p = s->args;
	int n;

	for (; index > 0 && (p = strchr(p, ';')) != NULL; index--)
		p++;
	n = p != NULL ? (int)strtol(p, NULL, 10) : 0;
	return n < least ? least : n > 9999 ? 9999 : n;
}

static void
erase_display(struct screen *s, int how)
{
	struct grid *g = &s->grid;

	if (how > 1 || (how == 0 && g->row == 0 && g->column == 0)) {
		grid_clear(g);
	} else if (how == 0) {
		grid_erase(g, g->column, SIZE_MAX);
		grid_erase_rows(g, g->row + 1, g->height);
	} else {
		grid_erase_rows(g, 0, g->row);
		grid_erase(g, 0, g->column + 1);
	}
}

static void
set_region(struct screen *s)
{
	struct grid *g = &s->grid;
	int bottom = argument(s, 1, 0);

	g->top = argument(s, 0, 1) - 1;
	g->bottom = bottom == 0 || bottom > g->height ? g->height - 1
						      : bottom - 1;
	if (g->top >= g->bottom) {
		g->top = 0;
		g->bottom = g->height - 1;
	}
	grid_go_row(g, g->top);
	grid_go_column(g, 0);
}

/* Repeats the last character. */
static void
repeat(struct screen *s, int n)
{
	char last[4];
	size_t len = s->last_len;

	memcpy(last, s->last, len);
	for (n = n < 500 ? n : 500; n > 0; n--)
		for (size_t i = 0; i < len; i++)
			put_character(s, last[i]);
}

/* Moves the cursor. False: it is another sequence. */
static bool
move(struct screen *s, char c, int n)
{
	struct grid *g = &s->grid;
	long column = (long)g->column;

	if (c == 'A' || c == 'F')
		grid_go_row(g, g->row - n);
	else if (c == 'B' || c == 'E' || c == 'e')
		grid_go_row(g, g->row + n);
	else if (c == 'C' || c == 'a')
		grid_go_column(g, column + n);
	else if (c == 'D')
		grid_go_column(g, column - n);
	else if (c == 'd' || c == 'H' || c == 'f')
		grid_go_row(g, n - 1);
	else if (c == 'G' || c == '`')
		grid_go_column(g, n - 1);
	else if (c == 's')
		grid_save(g);
	else if (c == 'u')
		grid_restore(g);
	else
		return false;
	if (c == 'E' || c == 'F')
		grid_go_column(g, 0);
	else if (c == 'H' || c == 'f')
		grid_go_column(g, argument(s, 1, 1) - 1);
	return true;
}

static void
change(struct screen *s, char c, int n)
{
	struct grid *g = &s->grid;
	int how = argument(s, 0, 0);

	if (c == 'J')
		erase_display(s, how);
	else if (c == 'K')
		grid_erase(g, how == 0 ? g->column : 0,
		    how == 1 ? g->column + 1 : SIZE_MAX);
	else if (c == 'X')
		grid_erase(g, g->column, g->column + (size_t)n);
	else if (c == 'P' || c == '@')
		grid_shift_cells(g, c == '@' ? n : -n);
	else if (c == 'L' || c == 'M')
		grid_shift_rows(g, g->row, c == 'L' ? n : -n);
	else if (c == 'S' || c == 'T')
		grid_shift_rows(g, g->top, c == 'T' ? n : -n);
	else if (c == 'r')
		set_region(s);
	else if (c == 'b')
		repeat(s, n);
}

static void
do_sequence(struct screen *s, char c)
{
	struct buf *plain = &s->grid.out->plain;
	int n = argument(s, 0, 1);

	if (strchr("ABCDEFGHfdJue", c) != NULL)
		s->returned = false;
	if (strchr("ABEFHfdJLMSTue", c) != NULL)
		buf_putc(plain, '\n');
	if (!move(s, c, n))
		change(s, c, n);
}

/* Switches to the alternate screen, or back. */
static void
do_private(struct screen *s)
{
	long n = strtol(s->args + 1, NULL, 10);

	if (n != 47 && n != 1047 && n != 1049)
		return;
	buf_putc(&s->grid.out->plain, '\n');
	grid_clear(&s->grid);
}

/* ESC and one character. */
static void
do_escape(struct screen *s, char c)
{
	struct grid *g = &s->grid;

	if (c == '7')
		grid_save(g);
	else if (c == '8')
		grid_restore(g);
	else if (c == 'D' || c == 'E')
		put_control(s, '\n');
	else if (c == 'M' && g->row == g->top)
		grid_shift_rows(g, g->top, 1);
	else if (c == 'M')
		grid_go_row(g, g->row - 1);
	else if (c == 'c')
		grid_clear(g);
	if (c == 'E' || c == 'c')
		grid_go_column(g, 0);
	if (c == 'c')
		grid_go_row(g, 0);
}

static void
take_escape(struct screen *s, char c)
{
	s->args_len = 0;
	s->args[0] = '\0';
	if (c == '[')
		s->state = SEQUENCE;
	else if (strchr("]PX^_", c) != NULL && c != '\0')
		s->state = STRING;
	else if (c >= ' ' && c <= '/')
		s->state = CHARSET;
	else
		s->state = GROUND;
	if (s->state == GROUND && (unsigned char)c < ' ')
		put_control(s, c);
	else if (s->state == GROUND)
		do_escape(s, c);
}

static void
take_sequence(struct screen *s, char c)
{
	if (c >= ' ' && c <= '?') {
		if (s->args_len + 1 < sizeof(s->args)) {
			s->args[s->args_len++] = c;
			s->args[s->args_len] = '\0';
		}
		return;
	}
	s->state = GROUND;
	if (c < '@' || c > '~')
		put_control(s, c);
	else if (strchr("?><=", s->args[0]) == NULL || s->args[0] == '\0')
		do_sequence(s, c);
	else if (s->args[0] == '?' && (c == 'h' || c == 'l'))
		do_private(s);
}

static void
take_string(struct screen *s, char c)
{
	if (c == '\n') {
		s->state = GROUND;
		put_control(s, c);
	} else if (c == '\x1b') {
		s->state = STRING_ESCAPE;
	} else if (c == '\a' || c == '\x18' || c == '\x1a' ||
	    (s->state == STRING_ESCAPE && c == '\\')) {
		s->state = GROUND;
	} else {
		s->state = STRING;
	}
}

void
screen_put(struct screen *s, const char *data, size_t len, struct shown *out)
{
	s->grid.out = out;
	for (size_t i = 0; i < len; i++) {
		char c = data[i];

		if (s->state == ESCAPE)
			take_escape(s, c);
		else if (s->state == SEQUENCE)
			take_sequence(s, c);
		else if (s->state == STRING || s->state == STRING_ESCAPE)
			take_string(s, c);
		else if (s->state == CHARSET)
			s->state = GROUND;
		else if ((unsigned char)c < ' ')
			put_control(s, c);
		else if (c != 0x7f)
			put_character(s, c);
	}
}

void
screen_settle(struct screen *s, struct shown *out)
{
	s->grid.out = out;
	grid_settle(&s->grid);
}

void
screen_finish(struct screen *s, struct shown *out)
{
	s->grid.out = out;
	grid_finish(&s->grid);
	s->state = GROUND;
	s->returned = false;
	s->last_len = 0;
}
