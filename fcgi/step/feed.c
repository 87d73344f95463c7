/*
 * feed.c: what goes over a link to the terminal of a script on an SSH target.
 *
 * Frames of a letter, two numbers of 16 bits, big endian, and bytes:
 *
 *	k LENGTH 0	keys: LENGTH bytes to be typed
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
put_frame(struct feed *f, char kind, size_t a, size_t b)
{
	const char head[5] = { kind, (char)(a >> 8), (char)a, (char)(b >> 8),
		(char)b };

	buf_put(&f->frame, head, sizeof(head));
}

struct buf *
feed_next(struct feed *f)
{
	const char *keys;
	size_t len;

	if (!f->open || f->frame.len > 0)
		return &f->frame;
	wipe(&f->frame);
	keys = typist_next(f->typist, &len);
	if (len > FRAME_MAX)
		len = FRAME_MAX;
	if (len == 0)
		return &f->frame;
	put_frame(f, 'k', len, 0);
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
