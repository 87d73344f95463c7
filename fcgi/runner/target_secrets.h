/*
 * target_secrets.h: a target for the executor, with its secrets opened.
 */
#ifndef RUNNER_TARGET_SECRETS_H
#define RUNNER_TARGET_SECRETS_H

#include <stddef.h>

#include "base/err.h"

struct json_object;
struct runner;

/*
 * A target for the executor: resolved, with its secrets opened; the names of
 * SSH targets in over and jump are replaced by those targets.  The caller puts
 * *ret.
 */
enum err job_target(struct runner *r, struct json_object *resolved,
    const char *name, struct json_object **ret, struct fault *why);

/* The same of what a script may have of the target: target_given(). */
enum err job_target_given(struct runner *r, struct json_object *resolved,
    const char *name, struct json_object **ret, struct fault *why);

/*
 * Opens a sealed box.  Returns a text that the caller wipes and frees; or NULL.
 */
char *job_spec_open_box(struct runner *r, const void *box, size_t len);

/* Puts the text into the object, wipes it and frees it. */
void job_spec_put_secret(
    struct json_object *secrets, const char *name, char *text);

#endif
