/*
 * tty_frames.c: frames sent to the terminal of a script on an SSH target.
 *
 * A frame is a letter, the length of its data, and the data, all numbers of 16
 * bits, big endian:
 *
 *	k LENGTH KEYS	terminal input
 *	s 4 COLUMNS ROWS	the size of the terminal
 *
 * The remote program (terminal.py) accepts complete frames only, and
 * reports how many bytes it has accepted in all; a frame that a lost connection
 * truncated is sent again over the next one.  So nothing is sent on a
 * connection before the program has reported its position on it.
 */
#include <string.h>

#include "executor/tty/tty_frames.h"

#define FRAME_MAX 4096

static void
wipe(struct buf *b)
{
	if (b->data != NULL)
		explicit_bzero(b->data, b->cap);
	buf_reset(b);
}

void
tty_frames_begin(struct tty_frames *f)
{
	f->open = false;
	f->size = (struct size){ 0, 0 };
	wipe(&f->frame);
}

void
tty_frames_arrived(struct tty_frames *f, int64_t count)
{
	if (f->session == NULL)
		return;
	if (f->open)
		input_session_arrived(f->session, count);
	else
		input_session_resume(f->session, count);
	f->open = true;
}

static void
put_number(struct tty_frames *f, size_t n)
{
	buf_putc(&f->frame, (char)(n >> 8));
	buf_putc(&f->frame, (char)n);
}

/* A new size goes first: the input that came with it follows. */
static void
put_size(struct tty_frames *f)
{
	struct size size = input_session_size(f->session);

	if (size.columns == f->size.columns && size.rows == f->size.rows)
		return;
	buf_putc(&f->frame, 's');
	put_number(f, 4);
	put_number(f, (size_t)size.columns);
	put_number(f, (size_t)size.rows);
	f->size = size;
}

struct buf *
tty_frames_next(struct tty_frames *f)
{
	const char *keys;
	size_t len;

	if (!f->open || f->frame.len > 0)
		return &f->frame;
	wipe(&f->frame);
	put_size(f);
	keys = input_session_next(f->session, &len);
	if (len > FRAME_MAX)
		len = FRAME_MAX;
	if (len == 0)
		return &f->frame;
	buf_putc(&f->frame, 'k');
	put_number(f, len);
	buf_put(&f->frame, keys, len);
	input_session_sent(f->session, len);
	return &f->frame;
}

void
tty_frames_clear(struct tty_frames *f)
{
	wipe(&f->frame);
	buf_clear(&f->frame);
}
