/*
 * tty_input.h: hears what people type into the terminal of a target, and tells
 * them what of it has arrived there (wire/exec.h).
 */
#ifndef EXECUTOR_TTY_TTY_INPUT_H
#define EXECUTOR_TTY_TTY_INPUT_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct tty_input;

/* Of a terminal, as its window shows it; nothing where it is not known. */
struct size {
	int columns;
	int rows;
};

/*
 * Makes the socket of the target in the working folder.  NULL with errno set
 * where that failed.  tty_input_close(NULL) is legal.
 */
struct tty_input *tty_input_open(const char *target);
void tty_input_close(struct tty_input *e);

/* What to wait for; nothing where it is not to be heard now. */
void tty_input_fds(const struct tty_input *e, struct pollfd fds[2]);

/*
 * Hears what came on the descriptors, and appends what is to be typed to the
 * queue, which begins at the byte `begin` of all that this terminal gets.
 */
void tty_input_hear(struct tty_input *e, const struct pollfd fds[2],
    struct buf *queue, int64_t begin);

/* One request, a JSON object; tty_input_hear() without the socket. */
void tty_input_take(struct tty_input *e, const char *text, size_t len,
    struct buf *queue, int64_t begin);

/* What the one who typed last has told. */
struct size tty_input_size(const struct tty_input *e);

/* The terminal has taken so many bytes in all. */
void tty_input_arrived(struct tty_input *e, int64_t count);

/* The terminal is gone, and with it what was on its way there. */
void tty_input_reset(struct tty_input *e);

#endif
