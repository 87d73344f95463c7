/*
 * expr.h: the expressions of `when`: == != in and or not ( ) < <= > >= with
 * version comparison, over names, quoted or bare words, and the facts
 * ran(STEP), succeeded(STEP) and skipped(STEP).
 */
#ifndef LANG_EXPR_H
#define LANG_EXPR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lang/values.h"
#include "plan/state.h"

/*
 * Checks the grammar. Returns NULL, or the error (static text), with the byte
 * offset in *ret_at.
 */
const char *expr_check(const char *text, size_t *ret_at);

/* Calls name(ctx, s) for each name that the expression reads; a fact is the
 * name "ran(step)". */
void expr_names(
    const char *text, void (*name)(void *ctx, const char *s), void *ctx);

/* Evaluates.  False on return: malformed, or a name has no value. */
bool expr_eval(const char *text, value_fn value, void *ctx, bool *ret);

/*
 * Appends the expression with the step of each fact replaced by the result of
 * rename(); NULL leaves it unchanged.
 */
void expr_rename_steps(const char *text,
    const char *(*rename)(void *ctx, const char *step), void *ctx,
    struct buf *out);

#define EXPR_STEP_MAX 101 /* bytes of a step's id, and the NUL */

/*
 * The fact that a name stands for ("ran", …), and its step; NULL: a plain name.
 */
const char *expr_fact(const char *name, char step[EXPR_STEP_MAX]);

/*
 * "true" or "false" for a step with that state and number of attempts. A step
 * ran if an attempt was made or a person confirmed it.
 */
const char *expr_fact_value(
    const char *fact, enum state state, int64_t attempts);

#endif
