/* job_message.h: the job spec, written by the runner, read by the executor. */
#ifndef WIRE_JOB_MESSAGE_H
#define WIRE_JOB_MESSAGE_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#define JOB_TEXT const char *
#define JOB_COUNT int64_t /* 0: absent */
#define JOB_FLAG bool
#define JOB_OBJECT struct json_object *
#define JOB_LIST struct json_object *

/* The members of job_message.def; NULL or 0: absent. */
struct job_message {
#define MEMBER(name, type, least) JOB_##type name;
#include "wire/job_message.def"
#undef MEMBER
	struct arena *arena; /* for its texts */
};

/* Makes an empty one. */
void job_message_init(struct job_message *m);

/* Puts its objects and lists, and frees its texts. */
void job_message_clear(struct job_message *m);

/* Appends the job spec.  It holds opened secrets: the caller wipes it. */
void job_message_write(const struct job_message *m, struct buf *out);

/*
 * Reads a job spec, strictly: ERR_INVALID with a fault that names the key if it
 * is unknown, missing, of another type or out of range.  On success the caller
 * clears *ret; otherwise there is nothing to clear.
 */
enum err job_message_read(
    const char *text, size_t len, struct job_message *ret, struct fault *fault);

#endif
