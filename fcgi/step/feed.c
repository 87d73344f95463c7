/*
 * feed.c: what goes over a link to the terminal of a script on an SSH target.
 *
 * Frames of a letter, the length of what follows and that, all numbers of 16
 * bits, big endian:
 *
 *	k LENGTH KEYS	to be typed
 *	s 4 COLUMNS ROWS	the size of the terminal
 *
 * The program there (remote.c's `terminal`) takes whole frames alone, and says
 * how many bytes it has typed in all; where a link was cut in a frame, that
 * frame is sent again over the next one.  So nothing is sent on a link before
 * the program has said on it where it stands.
 */
#include <string.h>

#include "step/feed.h"

#define FRAME_MAX	4096

static void
wipe(struct buf *b)
{
	if (b->data != NULL)
		explicit_bzero(b->data, b->cap);
	buf_reset(b);
}

void
feed_begin(struct feed *f)
{
	f->open = false;
	f->size = (struct size){ 0, 0 };
	wipe(&f->frame);
}

void
feed_arrived(struct feed *f, int64_t count)
{
	if (f->typist == NULL)
		return;
	if (f->open)
		typist_arrived(f->typist, count);
	else
		typist_resume(f->typist, count);
	f->open = true;
}

static void
put_number(struct feed *f, size_t n)
{
	buf_putc(&f->frame, (char)(n >> 8));
	buf_putc(&f->frame, (char)n);
}

/* A new size goes first: who told it typed behind it. */
static void
put_size(struct feed *f)
{
	struct size size = typist_size(f->typist);

	if (size.columns == f->size.columns && size.rows == f->size.rows)
		return;
	buf_putc(&f->frame, 's');
	put_number(f, 4);
	put_number(f, (size_t)size.columns);
	put_number(f, (size_t)size.rows);
	f->size = size;
}

struct buf *
feed_next(struct feed *f)
{
	const char *keys;
	size_t len;

	if (!f->open || f->frame.len > 0)
		return &f->frame;
	wipe(&f->frame);
	put_size(f);
	keys = typist_next(f->typist, &len);
	if (len > FRAME_MAX)
		len = FRAME_MAX;
	if (len == 0)
		return &f->frame;
	buf_putc(&f->frame, 'k');
	put_number(f, len);
	buf_put(&f->frame, keys, len);
	typist_sent(f->typist, len);
	return &f->frame;
}

void
feed_clear(struct feed *f)
{
	wipe(&f->frame);
	buf_clear(&f->frame);
}
