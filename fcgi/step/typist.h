/*
 * typist.h: types the answers of a step, and what people type, into its
 * terminal.
 */
#ifndef STEP_TYPIST_H
#define STEP_TYPIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
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
 * People type, too: makes the FIFO of the target (wire/exec.h), which
 * typist_free() removes.  ERR_IO with errno set.
 */
enum err	typist_listen(struct typist *t, const char *target);

/* The descriptor to wait for, or -1: there is none, or what was typed waits
 * for the program.  typist_hear() reads it. */
int		typist_ear(const struct typist *t);
void		typist_hear(struct typist *t);

/* A new terminal: nothing was seen or typed. */
void		typist_reset(struct typist *t);

/* Takes what the terminal shows (screen_put()'s plain text). */
void		typist_see(struct typist *t, const char *plain, size_t len);

/* When a reply is to be typed (clock_monotonic()), or 0: none is. */
int64_t		typist_due(const struct typist *t);

/* What is to be typed now; the caller consumes what went. */
struct buf	*typist_typed(struct typist *t);

/* Appends the last line that is not blank; nothing where there is none. */
void		typist_last_line(const struct typist *t, struct buf *out);

/* The prompt of an answer that was given too often, or NULL. */
const char	*typist_tired(const struct typist *t);

#endif
