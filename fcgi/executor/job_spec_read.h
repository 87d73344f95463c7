/*
 * job_spec_read.h: what the files that read an order share.
 */
#ifndef EXECUTOR_JOB_SPEC_READ_H
#define EXECUTOR_JOB_SPEC_READ_H

#include <json-c/json.h>
#include <stddef.h>

#include "base/err.h"
#include "executor/job_spec.h"

/* ERR_INVALID: the key's value is not as it must be. */
enum err job_spec_wrong(
    struct fault *fault, const char *field, const char *what);

/* Elements of an array, which may be NULL. */
size_t job_spec_length(struct json_object *array);

/* The text of a key; an empty one means the same as an absent one: NULL. */
const char *job_spec_text(struct json_object *o, const char *key);

/* The order's "targets" and "hosts". */
enum err job_read_targets(
    struct job_spec *o, struct json_object *list, struct fault *fault);
enum err job_read_hosts(
    struct job_spec *o, struct json_object *hosts, struct fault *fault);

#endif
