/* job_spec_read.h: functions shared by the readers of a job spec. */
#ifndef EXECUTOR_JOB_SPEC_READ_H
#define EXECUTOR_JOB_SPEC_READ_H

#include <json-c/json.h>
#include <stddef.h>

#include "base/err.h"
#include "executor/job_spec.h"

/* Returns ERR_INVALID: the key has an invalid value. */
enum err job_spec_wrong(
    struct fault *fault, const char *field, const char *what);

/* Number of elements of an array, which may be NULL. */
size_t job_spec_length(struct json_object *array);

/* The text of a key; NULL if it is empty or absent. */
const char *job_spec_text(struct json_object *o, const char *key);

/* Read the job spec's "targets" and "hosts". */
enum err job_read_targets(
    struct job_spec *o, struct json_object *list, struct fault *fault);
enum err job_read_hosts(
    struct job_spec *o, struct json_object *hosts, struct fault *fault);

#endif
