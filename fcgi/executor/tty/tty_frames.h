/*
 * tty_frames.h: what goes over a link to the terminal of a script on an SSH
 * target.
 */
#ifndef EXECUTOR_TTY_TTY_FRAMES_H
#define EXECUTOR_TTY_TTY_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "executor/tty/input_session.h"

struct tty_frames {
	struct input_session *session; /* NULL: nothing is ever typed */
	bool open;                     /* the terminal has answered */
	struct size size;              /* that was sent on this link */
	struct buf frame;              /* that is on its way */
};

/* Another call: its terminal has not answered yet. */
void tty_frames_begin(struct tty_frames *f);

/* The terminal says how many bytes it has in all. */
void tty_frames_arrived(struct tty_frames *f, int64_t count);

/* What is to be sent now; the caller consumes what went. */
struct buf *tty_frames_next(struct tty_frames *f);

void tty_frames_clear(struct tty_frames *f);

#endif
