/* tty_frames.h: frames sent to the terminal of a script on an SSH target. */
#ifndef EXECUTOR_TTY_TTY_FRAMES_H
#define EXECUTOR_TTY_TTY_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "executor/tty/input_session.h"

struct tty_frames {
	struct input_session *session; /* NULL: there is no terminal input */
	bool open;                     /* the terminal has reported */
	struct size size;              /* last size sent on this connection */
	struct buf frame;              /* frame being sent */
};

/* A new call: its terminal has not reported yet. */
void tty_frames_begin(struct tty_frames *f);

/* The terminal reports how many bytes it has accepted in all. */
void tty_frames_arrived(struct tty_frames *f, int64_t count);

/* The bytes to send now; the caller consumes those it sent. */
struct buf *tty_frames_next(struct tty_frames *f);

void tty_frames_clear(struct tty_frames *f);

#endif
