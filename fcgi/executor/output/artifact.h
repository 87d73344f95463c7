/*
 * artifact.h: the output of a target, kept byte for byte (save=, same-as=).
 */
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
 * Creates TARGET.save in the working folder.  NULL with errno set where that
 * failed.  Order and mask, which was made of the order's texts to hide, must
 * outlive it.
 */
struct artifact *artifact_open(
    const struct job_spec *o, const char *target, const struct mask *mask);

/* Takes bytes; forgets them: another try, or another answer, begins. */
void artifact_put(struct artifact *k, const char *data, size_t len);
void artifact_reset(struct artifact *k);

/*
 * The output is complete.  True: it is on disk, durably, *ret_bytes of it.
 * False: it is not kept, and a sentence was appended to why: it is too long,
 * has a secret in it, or the disk did not take it.
 */
bool artifact_end(struct artifact *k, int64_t *ret_bytes, struct buf *why);

/* Frees k; with `drop` the file is removed.  k may be NULL. */
void artifact_close(struct artifact *k, bool drop);

#endif
