/* artifact_input.h: artifacts of earlier steps, as named in the job spec. */
#ifndef EXECUTOR_OUTPUT_ARTIFACT_INPUT_H
#define EXECUTOR_OUTPUT_ARTIFACT_INPUT_H

#include <json-c/json.h>

#include "base/buf.h"
#include "executor/job_spec.h"

/*
 * Reads {target: {"file": "EXEC/TARGET.save", "hash", "step", "save"} or
 * {"content": base64}} into *ret, each with the name (which may be NULL).
 * ERR_INVALID with a fault for any other file. The caller frees *ret and the
 * contents; the texts belong to the object.
 */
enum err artifact_input_read_files(struct json_object *files, const char *name,
    struct job_artifact **ret, size_t *ret_count, struct fault *fault);

/* Compares the hashes of all files; o->changed gets a sentence about one. */
void artifact_input_check(struct job_spec *o);

/*
 * The one for the target: that of the same target, or the only one there is.
 * NULL: why gets a sentence, which calls it `what`.
 */
const struct job_artifact *artifact_input_find(const struct job_artifact *list,
    size_t count, const char *name, const char *target, const char *what,
    struct buf *why);

/* The artifacts that a script reads, in memory. */
struct artifact_file {
	const char *name;
	struct buf data;
};

struct artifact_files {
	struct artifact_file *all;
	size_t count;
};

/*
 * Reads all artifacts of the job spec for the target.  False: why gets a
 * sentence.  In both cases the caller calls artifact_input_clear(), which wipes
 * them.
 */
bool artifact_input_read(const struct job_spec *o, const char *target,
    struct artifact_files *ret, struct buf *why);
void artifact_input_clear(struct artifact_files *files);

/* Opens it for reading.  -1: why gets a sentence. */
int artifact_input_open(
    const struct job_artifact *a, const char *what, struct buf *why);

#endif
