/*
 * lines.c: the visible lines of an output, one by one.
 *
 * Programs also use colours without a terminal, draw progress bars with
 * carriage returns and print bold letters twice with a backspace in between.  A
 * regex is written for the visible text, so all of that is undone first; text
 * that was visible for a moment counts too.  An output with a terminal goes
 * through screen.c.
 *
 * Nearly all output has none of this, and passes without a copy.
 */
#include <string.h>

#include "executor/output/lines.h"

#define BACK_MOST \
	4096 /* bytes of a line that is printed over; a \
	      * longer one ends there instead */

bool
escapes_none(const struct escapes *e, const char *data, size_t len)
{
	return e->state == ESCAPE_NONE && !e->returned &&
	    memchr(data, '\x1b', len) == NULL &&
	    memchr(data, '\r', len) == NULL;
}

static void
take_plain(struct escapes *e, char c, struct buf *out)
{
	if (c == '\x1b') {
		e->state = ESCAPE_BEGUN;
		return;
	}
	if (c == '\r' || c != '\n' || !e->returned)
		buf_putc(out, c == '\r' ? '\n' : c);
	e->returned = c == '\r';
}

static void
take_begun(struct escapes *e, char c, struct buf *out)
{
	if (c == '[')
		e->state = ESCAPE_SEQUENCE;
	else if (c != '\0' && strchr("]PX^_", c) != NULL)
		e->state = ESCAPE_STRING;
	else if (c >= ' ' && c <= '/')
		e->state = ESCAPE_CHARSET;
	else
		e->state = ESCAPE_NONE;
	if (e->state == ESCAPE_NONE && c != '\0' && strchr("DEMc", c) != NULL)
		buf_putc(out, '\n');
	else if (e->state == ESCAPE_NONE && (unsigned char)c < ' ')
		take_plain(e, c, out);
}

static void
take_sequence(struct escapes *e, char c, struct buf *out)
{
	if (c >= ' ' && c <= '?')
		return; /* an argument */
	e->state = ESCAPE_NONE;
	if (c < '@' || c > '~') {
		take_plain(e, c, out);
	} else if (strchr("CGa`", c) != NULL) {
		buf_putc(out, ' ');
	} else if (strchr("ABDEFHfdJLMST", c) != NULL) {
		buf_putc(out, '\n');
	}
}

/* A line end also ends an unterminated string, so that it hides no text. */
static void
take_string(struct escapes *e, char c, struct buf *out)
{
	if (c == '\n') {
		e->state = ESCAPE_NONE;
		take_plain(e, c, out);
	} else if (c == '\a' || c == '\x18' || c == '\x1a' ||
	    (e->state == ESCAPE_STRING_END && c == '\\')) {
		e->state = ESCAPE_NONE;
	} else {
		e->state = c == '\x1b' ? ESCAPE_STRING_END : ESCAPE_STRING;
	}
}

static size_t
plain_run(const char *data, size_t len)
{
	size_t n = 0;

	while (n < len && data[n] != '\x1b' && data[n] != '\r')
		n++;
	return n;
}

void
escapes_drop(struct escapes *e, const char *data, size_t len, struct buf *out)
{
	for (size_t i = 0; i < len; i++) {
		size_t run = e->state == ESCAPE_NONE && !e->returned
		    ? plain_run(data + i, len - i)
		    : 0;
		char c;

		buf_put(out, data + i, run);
		if ((i += run) == len)
			break;
		c = data[i];
		if (e->state == ESCAPE_NONE)
			take_plain(e, c, out);
		else if (e->state == ESCAPE_BEGUN)
			take_begun(e, c, out);
		else if (e->state == ESCAPE_SEQUENCE)
			take_sequence(e, c, out);
		else if (e->state == ESCAPE_CHARSET)
			e->state = ESCAPE_NONE;
		else
			take_string(e, c, out);
	}
}

static void
add(struct lines *l, const char *data, size_t len)
{
	size_t room = l->most - l->line.len;

	if (len > room)
		l->cut = true;
	buf_put(&l->line, data, len < room ? len : room);
}

static void
see(struct lines *l)
{
	l->see(l->ctx, buf_text(&l->line), l->line.len, l->cut);
}

/*
 * A letter printed over itself, or over or under a line, is still that letter.
 * True: the byte was consumed.
 */
static bool
is_printed_over(struct lines *l, char c)
{
	char *last = &l->line.data[l->line.len - 1];

	if (l->back != 1 || (*last != c && *last != '_' && c != '_'))
		return false;
	*last = *last == '_' ? c : *last;
	l->back = 0;
	return true;
}

/* The cursor was moved back, and a character is printed there. */
static void
print_over(struct lines *l, char c)
{
	if (l->line.len == 0 || l->cut) {
		l->back = 0;
	} else if (is_printed_over(l, c)) {
		return;
	}
	if (l->back > 0)
		see(l);
	if (l->back > 0 && l->line.len > BACK_MOST)
		lines_reset(l);
	for (; l->back > 0 && l->line.len > 0; l->back--) {
		do
			l->line.len--;
		while (l->line.len > 0 &&
		    ((unsigned char)l->line.data[l->line.len] & 0xc0) == 0x80);
	}
	l->back = 0;
	add(l, &c, 1);
}

/* Adds a piece of one line. */
static void
put_piece(struct lines *l, const char *data, size_t len)
{
	const char *end = data + len, *back;

	while (data < end) {
		if (*data == '\b') {
			l->back++;
			data++;
		} else if (l->back > 0) {
			print_over(l, *data++);
		} else {
			back = memchr(data, '\b', (size_t)(end - data));
			len = (size_t)((back != NULL ? back : end) - data);
			add(l, data, len);
			data += len;
		}
	}
}

void
lines_put(struct lines *l, const char *data, size_t len)
{
	bool plain = memchr(data, '\b', len) == NULL;
	const char *eol;
	size_t n;

	while (len > 0) {
		eol = memchr(data, '\n', len);
		n = eol != NULL ? (size_t)(eol - data) : len;
		if (eol != NULL && plain && l->line.len == 0 && !l->cut &&
		    n <= l->most) {
			l->see(l->ctx, data, n, false);
		} else {
			put_piece(l, data, n);
			if (eol != NULL)
				see(l);
			if (eol != NULL)
				lines_reset(l);
		}
		if (eol == NULL)
			break;
		data += n + 1;
		len -= n + 1;
	}
}

void
lines_finish(struct lines *l)
{
	if (l->line.len > 0)
		see(l);
	lines_reset(l);
}

void
lines_reset(struct lines *l)
{
	buf_reset(&l->line);
	l->back = 0;
	l->cut = false;
}
