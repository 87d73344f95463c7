/*
 * screen.c: readable text of what a program writes to a terminal.
 *
 * A line is passed on as it grows, so that a prompt is there at once.  Once
 * the cursor goes back in it, it is only kept up to date, and passed on whole
 * when it ends: of a progress bar that draws itself a thousand times, the
 * first and the last state remain.  What is drawn over lines further up is
 * not passed on: they have been read already, and the recording has it all.
 * Where the screen is cleared, a new line begins.
 *
 * Colours, titles, links and whatever else a sequence can ask for are
 * dropped; strings of any length are skipped without being kept.  A whole
 * emulator was rejected: nobody reads a screen of the past as text, but its
 * lines.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "step/screen.h"

#define LINE_CELLS	1024
#define TAB		8

enum state { GROUND, ESCAPE, SEQUENCE, STRING, STRING_ESCAPE, CHARSET };

struct cell {
	char		bytes[4];	/* one character */
	unsigned char	len;
};

struct screen {
	enum state	 state;
	char		 args[32];	/* of the sequence; too long: cut */
	size_t		 args_len;
	struct cell	 cells[LINE_CELLS];
	size_t		 count;		/* of cells in the lowest line */
	size_t		 column;
	int		 rows;		/* of the terminal */
	int		 row;		/* of the lowest line, from 0 */
	int		 up;		/* lines from there to the cursor */
	bool		 behind;	/* text does not have all of the line */
	bool		 returned;	/* a CR came last */
	struct buf	 shown;		/* what text has of the line */
};

struct screen *
screen_new(void)
{
	struct screen *s = mem_calloc(1, sizeof(*s));

	s->rows = SCREEN_ROWS;
	return s;
}

void
screen_free(struct screen *s)
{
	if (s != NULL)
		buf_clear(&s->shown);
	free(s);
}

void
screen_resize(struct screen *s, int rows)
{
	s->rows = rows;
	if (s->row >= rows)
		s->row = rows - 1;
	if (s->up > s->row)
		s->up = s->row;
}

/* The line is empty, and text has nothing of it. */
static void
new_line(struct screen *s)
{
	s->count = s->column = 0;
	s->behind = false;
	buf_reset(&s->shown);
}

void
screen_settle(struct screen *s, struct buf *text)
{
	struct buf line = {0};
	size_t n = s->count;

	if (!s->behind)
		return;
	while (n > 0 && s->cells[n - 1].len == 1 &&
	    s->cells[n - 1].bytes[0] == ' ')
		n--;
	for (size_t i = 0; i < n; i++)
		buf_put(&line, s->cells[i].bytes, s->cells[i].len);
	if (line.len >= s->shown.len && (s->shown.len == 0 ||
	    memcmp(line.data, s->shown.data, s->shown.len) == 0)) {
		buf_put(text, buf_text(&line) + s->shown.len,
		    line.len - s->shown.len);
	} else if (line.len > 0) {
		buf_putc(text, '\n');
		buf_put(text, line.data, line.len);
	} else {
		buf_clear(&line);
		return;
	}
	buf_reset(&s->shown);
	buf_put(&s->shown, buf_text(&line), line.len);
	s->behind = false;
	buf_clear(&line);
}

/* The line is over; another begins below it. */
static void
end_line(struct screen *s, struct buf *text)
{
	screen_settle(s, text);
	buf_putc(text, '\n');
	new_line(s);
	if (s->row < s->rows - 1)
		s->row++;
}

/* The line is over where there is anything in it. */
static void
break_line(struct screen *s, struct buf *text)
{
	screen_settle(s, text);
	if (s->shown.len > 0)
		buf_putc(text, '\n');
	new_line(s);
	s->up = 0;
}

static void
go_down(struct screen *s, int n, struct buf *text)
{
	size_t column = s->column;

	for (; n > 0 && s->up > 0; n--)
		s->up--;
	for (; n > 0 && s->row < s->rows - 1; n--)
		end_line(s, text);
	s->column = column;
}

static void
go_to_row(struct screen *s, int row, struct buf *text)
{
	if (row <= s->row)
		s->up = s->row - row;
	else
		go_down(s, row - (s->row - s->up), text);
}

/* Fills up to the cursor with blanks. */
static void
pad(struct screen *s)
{
	while (s->count < s->column && s->count < LINE_CELLS)
		s->cells[s->count++] = (struct cell){ " ", 1 };
}

static void
put_character(struct screen *s, char c, struct buf *text, struct buf *plain)
{
	bool more = ((unsigned char)c & 0xc0) == 0x80;	/* of a character */
	struct cell *cell;

	if (s->returned && s->column == 0 && !more)
		buf_putc(plain, '\n');
	s->returned = false;
	buf_putc(plain, c);
	if (s->up > 0) {
		s->column += !more;
		return;
	}
	if (more && s->column > 0 && s->column <= s->count &&
	    s->cells[s->column - 1].len < 4) {
		cell = &s->cells[s->column - 1];
	} else {
		if (s->column >= LINE_CELLS) {
			screen_settle(s, text);
			new_line(s);
		}
		if (s->column != s->count)
			s->behind = true;
		pad(s);
		cell = &s->cells[s->column++];
		cell->len = 0;
		if (s->column > s->count)
			s->count = s->column;
	}
	cell->bytes[cell->len++] = c;
	if (!s->behind) {
		buf_putc(text, c);
		buf_putc(&s->shown, c);
	}
}

static void
put_control(struct screen *s, char c, struct buf *text, struct buf *plain)
{
	if (c == '\n') {
		buf_putc(plain, '\n');
		s->returned = false;
		if (s->up > 0)
			s->up--;
		else
			end_line(s, text);
	} else if (c == '\r') {
		s->column = 0;
		s->returned = true;
	} else if (c == '\b' && s->column > 0) {
		s->column--;
	} else if (c == '\t') {
		do
			put_character(s, ' ', text, plain);
		while (s->column % TAB != 0);
	} else if (c == '\x1b') {
		s->state = ESCAPE;
	}
}

/* Erases the cells from one on, up to another. */
static void
erase(struct screen *s, size_t from, size_t to)
{
	if (s->up > 0 || from >= s->count)
		return;
	if (to >= s->count)
		s->count = from;
	for (size_t i = from; i < to && i < s->count; i++)
		s->cells[i] = (struct cell){ " ", 1 };
	s->behind = true;
}

static void
erase_display(struct screen *s, int how, struct buf *text)
{
	int row = s->row - s->up;
	size_t column = s->column;

	if (how == 1 || (how == 0 && s->up == 0)) {
		if (how == 0)
			erase(s, s->column, LINE_CELLS);
		return;
	}
	break_line(s, text);
	s->row = row;
	s->column = column;
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
go_to_column(struct screen *s, int column)
{
	s->column = column < 0 ? 0 : column >= LINE_CELLS ? LINE_CELLS - 1 :
	    (size_t)column;
}

static void
do_sequence(struct screen *s, char c, struct buf *text, struct buf *plain)
{
	int n = argument(s, 0, 1), column = (int)s->column;

	if (strchr("ABCDEFGHfdJ", c) != NULL)
		s->returned = false;
	if (strchr("ABEFHfdJ", c) != NULL)
		buf_putc(plain, '\n');
	if (c == 'A' || c == 'F')
		s->up = s->up + n > s->row ? s->row : s->up + n;
	else if (c == 'B' || c == 'E')
		go_down(s, n, text);
	else if (c == 'C' || c == 'D')
		go_to_column(s, c == 'C' ? column + n : column - n);
	else if (c == 'd' || c == 'H' || c == 'f')
		go_to_row(s, n > s->rows ? s->rows - 1 : n - 1, text);
	if (c == 'E' || c == 'F')
		s->column = 0;
	else if (c == 'G')
		go_to_column(s, n - 1);
	else if (c == 'H' || c == 'f')
		go_to_column(s, argument(s, 1, 1) - 1);
	else if (c == 'J')
		erase_display(s, argument(s, 0, 0), text);
	else if (c == 'K' && argument(s, 0, 0) == 0)
		erase(s, s->column, LINE_CELLS);
	else if (c == 'K')
		erase(s, 0, argument(s, 0, 0) == 1 ? s->column + 1 :
		    LINE_CELLS);
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
		s->state = c == '\x1b' ? ESCAPE : GROUND;
}

static void
take_sequence(struct screen *s, char c, struct buf *text, struct buf *plain)
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
		put_control(s, c, text, plain);
	else if (s->args[0] != '?' && s->args[0] != '>')
		do_sequence(s, c, text, plain);
	else if (strncmp(s->args, "?1049", 5) == 0)
		break_line(s, text);
}

static void
take_string(struct screen *s, char c)
{
	if (c == '\x1b')
		s->state = STRING_ESCAPE;
	else if (c == '\a' || (s->state == STRING_ESCAPE && c == '\\'))
		s->state = GROUND;
	else
		s->state = STRING;
}

void
screen_put(struct screen *s, const char *data, size_t len, struct buf *text,
    struct buf *plain)
{
	for (size_t i = 0; i < len; i++) {
		char c = data[i];

		if (s->state == ESCAPE)
			take_escape(s, c);
		else if (s->state == SEQUENCE)
			take_sequence(s, c, text, plain);
		else if (s->state == STRING || s->state == STRING_ESCAPE)
			take_string(s, c);
		else if (s->state == CHARSET)
			s->state = GROUND;
		else if ((unsigned char)c < ' ')
			put_control(s, c, text, plain);
		else if (c != 0x7f)
			put_character(s, c, text, plain);
	}
}

void
screen_finish(struct screen *s, struct buf *text)
{
	struct buf shown;

	screen_settle(s, text);
	shown = s->shown;
	buf_reset(&shown);
	*s = (struct screen){ .shown = shown, .rows = s->rows };
}
