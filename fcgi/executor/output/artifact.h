/* artifact.h: the output of a target, saved byte for byte (save=, same-as=). */
#ifndef EXECUTOR_OUTPUT_ARTIFACT_H
#define EXECUTOR_OUTPUT_ARTIFACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "executor/output/redact.h"
#include "executor/job_spec.h"

struct artifact;

/*
 * Creates TARGET.save in the working folder, which of secret output is a box
 * that artifact_end() writes.  NULL with errno set if that failed.  Job spec
 * and mask, which was made of its texts to redact, must outlive it.
 */
struct artifact *artifact_open(
    const struct job_spec *o, const char *target, const struct mask *mask);

/* Adds bytes; drops them for another repeat, or another answer. */
void artifact_put(struct artifact *a, const char *data, size_t len);
void artifact_reset(struct artifact *a);

/*
 * The output is complete.  True: it is on disk, durably, *ret_bytes of it.
 * False: it is not saved, and a sentence was appended to why: it is too long,
 * contains a secret, or could not be written.
 */
bool artifact_end(struct artifact *a, int64_t *ret_bytes, struct buf *why);

/* The hash of the file, in hex, after artifact_end(); NULL: unknown. */
const char *artifact_hash(const struct artifact *a);

/* Appends it after artifact_end(), as it came. */
enum err artifact_read(const struct artifact *a, struct buf *ret);

/* Frees k; with `drop` the file is removed. k may be NULL. */
void artifact_close(struct artifact *a, bool drop);

#endif
