/*
 * input_session.h: types the answers of a step, and what people type, into its
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

#define INPUT_MOST 100  /* times that one answer is given */
#define INPUT_LINE 4095 /* bytes that a terminal takes in one line */

struct input_session;

/*
 * Prepares the answers of the order, for one target.  ERR_INVALID with a
 * fault where a prompt is no regular expression, or a reply cannot be typed.
 * The order must outlive it.  Free with input_session_free(), which wipes
 * replies.
 */
enum err input_session_new(const struct job_spec *spec,
    struct input_session **ret, struct fault *fault);
void input_session_free(struct input_session *t);

/*
 * People type, too: makes the socket of the target (wire/exec.h), which
 * input_session_free() removes.  ERR_IO with errno set.
 */
enum err input_session_listen(struct input_session *t, const char *target);

/* What to wait for, where people are to be heard now; input_session_hear()
 * reads what came there. */
void input_session_fds(const struct input_session *t, struct pollfd fds[2]);
void input_session_hear(struct input_session *t, const struct pollfd fds[2]);

/* What the window of the one shows who typed last; 0 by 0: nobody told. */
struct size input_session_size(const struct input_session *t);

/* A new terminal: nothing was seen or typed. */
void input_session_reset(struct input_session *t);

/* Takes what the terminal shows (screen_put()'s plain text). */
void input_session_see(struct input_session *t, const char *plain, size_t len);

/* When a reply is to be typed (clock_monotonic()), or 0: none is. */
int64_t input_session_due(const struct input_session *t);

/*
 * What is to be typed now, *ret_len bytes.  The caller says how many of them
 * went on their way; and, when the terminal has taken them, how many it has
 * in all.
 */
const char *input_session_next(struct input_session *t, size_t *ret_len);
void input_session_sent(struct input_session *t, size_t n);
void input_session_arrived(struct input_session *t, int64_t count);

/* Another way to the same terminal, which has so many bytes: what is not
 * among them is to be sent again. */
void input_session_resume(struct input_session *t, int64_t count);

/* Appends the last line that is not blank; nothing where there is none. */
void input_session_last_line(const struct input_session *t, struct buf *out);

/* The prompt of an answer that was given too often, or NULL. */
const char *input_session_tired(const struct input_session *t);

/* The prompt of which it could not be found out whether it is shown, or NULL.
 * Nothing is typed any more then, and the step has failed. */
const char *input_session_unclear(const struct input_session *t);

#endif
