/*
 * typist.h: types the answers of a step, and what people type, into its
 * terminal.
 */
#ifndef STEP_TYPIST_H
#define STEP_TYPIST_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "step/ear.h"
#include "step/order.h"

#define TYPIST_MOST	100	/* times that one answer is given */
#define TYPIST_LINE	4095	/* bytes that a terminal takes in one line */

struct typist;

/*
 * Prepares the answers of the order, for one target.  ERR_INVALID with a
 * fault where a prompt is no regular expression, or a reply cannot be typed.
 * The order must outlive it.  Free with typist_free(), which wipes replies.
 */
enum err	typist_new(const struct order *order, struct typist **ret,
		    struct fault *fault);
void		typist_free(struct typist *t);

/*
 * People type, too: makes the socket of the target (wire/exec.h), which
 * typist_free() removes.  ERR_IO with errno set.
 */
enum err	typist_listen(struct typist *t, const char *target);

/* What to wait for, where people are to be heard now; typist_hear() reads
 * what came there. */
void		typist_fds(const struct typist *t, struct pollfd fds[2]);
void		typist_hear(struct typist *t, const struct pollfd fds[2]);

/* What the window of the one shows who typed last; 0 by 0: nobody told. */
struct size	typist_size(const struct typist *t);

/* A new terminal: nothing was seen or typed. */
void		typist_reset(struct typist *t);

/* Takes what the terminal shows (screen_put()'s plain text). */
void		typist_see(struct typist *t, const char *plain, size_t len);

/* When a reply is to be typed (clock_monotonic()), or 0: none is. */
int64_t		typist_due(const struct typist *t);

/*
 * What is to be typed now, *ret_len bytes.  The caller says how many of them
 * went on their way; and, when the terminal has taken them, how many it has
 * in all.
 */
const char	*typist_next(struct typist *t, size_t *ret_len);
void		typist_sent(struct typist *t, size_t n);
void		typist_arrived(struct typist *t, int64_t count);

/* Another way to the same terminal, which has so many bytes: what is not
 * among them is to be sent again. */
void		typist_resume(struct typist *t, int64_t count);

/* Appends the last line that is not blank; nothing where there is none. */
void		typist_last_line(const struct typist *t, struct buf *out);

/* The prompt of an answer that was given too often, or NULL. */
const char	*typist_tired(const struct typist *t);

/* The prompt of which it could not be found out whether it is shown, or NULL.
 * Nothing is typed any more then, and the step has failed. */
const char	*typist_unclear(const struct typist *t);

#endif
