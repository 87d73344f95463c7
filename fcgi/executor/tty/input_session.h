/*
 * input_session.h: sends the answers of a step, and input of people, to its
 * terminal.
 */
#ifndef EXECUTOR_TTY_INPUT_SESSION_H
#define EXECUTOR_TTY_INPUT_SESSION_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "executor/tty/tty_input.h"
#include "executor/job_spec.h"

#define INPUT_MOST 100  /* maximum of uses of one answer */
#define INPUT_LINE 4095 /* bytes that a terminal accepts in one line */

struct input_session;

/*
 * Prepares the answers of the job spec, for one target.  ERR_INVALID with a
 * fault if a prompt is not a valid regular expression, or a reply cannot be
 * sent.  The job spec must outlive it.  Free with input_session_free(), which
 * wipes replies.
 */
enum err input_session_new(const struct job_spec *spec,
    struct input_session **ret, struct fault *fault);
void input_session_free(struct input_session *t);

/*
 * Accepts input of people, too: creates the socket of the target
 * (wire/tty_message.h), which input_session_free() removes.  ERR_IO with errno
 * set.
 */
enum err input_session_listen(struct input_session *t, const char *target);

/*
 * The descriptors to wait for, if input is accepted now; input_session_read()
 * reads from them.
 */
void input_session_fds(const struct input_session *t, struct pollfd fds[2]);
void input_session_read(struct input_session *t, const struct pollfd fds[2]);

/* The window size of the page with the last input; 0 by 0: unknown. */
struct size input_session_size(const struct input_session *t);

/* A new terminal: drops all text and input. */
void input_session_reset(struct input_session *t);

/* Adds text that the terminal shows (screen_put()'s plain text). */
void input_session_see(struct input_session *t, const char *plain, size_t len);

/* The time by which a reply is due (clock_monotonic()), or 0: none is. */
int64_t input_session_due(const struct input_session *t);

/*
 * The bytes to send now, *ret_len of them.  The caller then reports how many
 * were sent; and, when the terminal has accepted bytes, their total number.
 */
const char *input_session_next(struct input_session *t, size_t *ret_len);
void input_session_sent(struct input_session *t, size_t n);
void input_session_arrived(struct input_session *t, int64_t count);

/*
 * A new connection to the same terminal, which has accepted so many bytes: all
 * others are sent again.
 */
void input_session_resume(struct input_session *t, int64_t count);

/* Appends the last line that is not blank; nothing if there is none. */
void input_session_last_line(const struct input_session *t, struct buf *out);

/* The prompt of an answer that was given too often, or NULL. */
const char *input_session_tired(const struct input_session *t);

/*
 * The prompt that could neither be found nor ruled out, or NULL.  Nothing is
 * sent any more then, and the step has failed.
 */
const char *input_session_unclear(const struct input_session *t);

#endif
