/*
 * evaluate.h: what the output of a script says about its success.
 */
#ifndef EXECUTOR_OUTPUT_EVALUATE_H
#define EXECUTOR_OUTPUT_EVALUATE_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "executor/output/redact.h"
#include "executor/job_spec.h"

#define EVALUATE_LINE (8 * 1024 * 1024) /* bytes of a line */
#define EVALUATE_SAVE (1024 * 1024)     /* bytes of output that are captured */

struct evaluate;

/*
 * Prepares for one target.  ERR_INVALID with a fault where a regex of the
 * order is wrong.  Captures that the mask would hide are refused.  The order
 * and the mask must outlive it.  Free with evaluate_free().
 */
enum err evaluate_new(const struct job_spec *spec, const struct mask *mask,
    struct evaluate **ret, struct fault *fault);
void evaluate_free(struct evaluate *e);

/* Forgets the output so far: the next try begins. */
void evaluate_reset(struct evaluate *e);

/* Takes output as the target printed it, not masked; escape sequences are
 * dropped (lines.h). */
void evaluate_put(struct evaluate *e, const char *data, size_t len);

/*
 * What captures of the whole output and by JSON pointer look at from now on
 * in place of the output; data NULL: nothing was there.
 */
void evaluate_take(struct evaluate *e, const char *data, size_t len);

/* What evaluate_take() was last given. */
const struct buf *evaluate_taken(const struct evaluate *e);

/* Takes lines that are no part of what is captured whole or by pointer. */
void evaluate_lines(struct evaluate *e, const char *data, size_t len);

/* Takes lines that the output does not show, or not whole. */
void evaluate_unshown(struct evaluate *e, const char *data, size_t len);

/* Takes text that is captured whole or by pointer, and no lines of it. */
void evaluate_save(struct evaluate *e, const char *data, size_t len);

/* Captures look at what comes from now on; expect and reject at all. */
void evaluate_next(struct evaluate *e);

/*
 * The script has ended with this code.  True: it succeeded, and *ret_captures
 * is a new object of the captured values, which the caller puts.  False: the
 * reason is appended to why, as sentences (not masked).
 */
bool evaluate_end(struct evaluate *e, int code, const char *target,
    struct json_object **ret_captures, struct buf *why);

/* The output speaks against whatever the exit code says: reject= matched, or
 * whether it does is not known.  After evaluate_end(). */
bool evaluate_contradicts(const struct evaluate *e);

#endif
