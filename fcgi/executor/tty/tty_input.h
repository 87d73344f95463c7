/*
 * tty_input.h: reads input of people for the terminal of a target, and
 * acknowledges bytes that the terminal accepted (wire/tty_message.h).
 */
#ifndef EXECUTOR_TTY_TTY_INPUT_H
#define EXECUTOR_TTY_TTY_INPUT_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct tty_input;

/* The size of a terminal in characters; 0 if unknown. */
struct size {
	int columns;
	int rows;
};

/*
 * Creates the socket of the target in the working folder.  NULL with errno set
 * if that failed. tty_input_close(NULL) is legal.
 */
struct tty_input *tty_input_open(const char *target);
void tty_input_close(struct tty_input *in);

/* The descriptors to wait for; none if no input is accepted now. */
void tty_input_fds(const struct tty_input *in, struct pollfd fds[2]);

/*
 * Reads messages from the descriptors, and appends their input to the queue,
 * which begins at the byte `begin` of all input of this terminal.
 */
void tty_input_read(struct tty_input *in, const struct pollfd fds[2],
    struct buf *queue, int64_t begin);

/* One message, a JSON object; tty_input_read() without the socket. */
void tty_input_take(struct tty_input *in, const char *text, size_t len,
    struct buf *queue, int64_t begin);

/* The window size of the sender of the last input. */
struct size tty_input_size(const struct tty_input *in);

/* The terminal has accepted so many bytes in all. */
void tty_input_arrived(struct tty_input *in, int64_t count);

/* The terminal is gone, with all pending input. */
void tty_input_reset(struct tty_input *in);

#endif
