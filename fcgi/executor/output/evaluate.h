/* evaluate.h: evaluates the output of a script. */
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
#define EVALUATE_SAVE (1024 * 1024)     /* bytes of output for captures */

struct evaluate;

/*
 * Prepares for one target.  ERR_INVALID with a fault if a regex of the job spec
 * is invalid.  Captures that the mask would redact are refused.  The job spec
 * and the mask must outlive it.  Free with evaluate_free().
 */
enum err evaluate_new(const struct job_spec *spec, const struct mask *mask,
    struct evaluate **ret, struct fault *fault);
void evaluate_free(struct evaluate *e);

/* Drops all output: the next repeat begins. */
void evaluate_reset(struct evaluate *e);

/*
 * Adds output as the target printed it, unredacted; escape sequences are
 * dropped (lines.h).
 */
void evaluate_put(struct evaluate *e, const char *data, size_t len);

/*
 * Replaces the text for captures of the whole output and by JSON pointer; data
 * NULL: there is none.
 */
void evaluate_take(struct evaluate *e, const char *data, size_t len);

/* The text for those captures. */
const struct buf *evaluate_saved(const struct evaluate *e);

/* Adds lines that captures of the whole output or by pointer ignore. */
void evaluate_lines(struct evaluate *e, const char *data, size_t len);

/* Adds lines that the output does not show, or not completely. */
void evaluate_unshown(struct evaluate *e, const char *data, size_t len);

/* Adds text for captures of the whole output or by pointer, without lines. */
void evaluate_save(struct evaluate *e, const char *data, size_t len);

/* Captures use the output from now on; expect and reject use all of it. */
void evaluate_next(struct evaluate *e);

/*
 * The script has ended with this code.  True: it succeeded, and *ret_captures
 * is a new object of the captured values, which the caller puts.  False: the
 * reason is appended to why, as sentences (unredacted).
 */
bool evaluate_end(struct evaluate *e, int code, const char *target,
    struct json_object **ret_captures, struct buf *why);

/*
 * True if the output contradicts success whatever the exit code is: reject=
 * matched, or may have matched.  Call it after evaluate_end().
 */
bool evaluate_contradicts(const struct evaluate *e);

#endif
