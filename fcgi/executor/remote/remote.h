/*
 * remote.h: the programs that sh runs on an SSH target (see remote.c).
 *
 * Each program reports by control lines on its standard error that begin with
 * the nonce:
 *	NONCE started | attached	the script runs
 *	NONCE refused SENTENCE		nothing was started
 *	NONCE typed COUNT		bytes that its terminal accepted
 *	NONCE exit CODE SIZE [open]	it ended; its output has SIZE bytes,
 *					and a process still holds it open
 *	NONCE ended SIZE		we ended it
 *	NONCE alive			it could not be ended
 *	NONCE lost gone|restarted|died	the result is unknown
 * Output of the script is on standard output, after a line with the nonce.
 */
#ifndef EXECUTOR_REMOTE_REMOTE_H
#define EXECUTOR_REMOTE_REMOTE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "executor/job_spec.h"
#include "executor/output/artifact_input.h"

#define REMOTE_FOLDER ".countersign" /* in the home of the user */

struct remote {
	const struct job_spec *spec;
	const char *target;
	struct artifact_files artifacts;
	char nonce[33];
	char name[128]; /* of the execution's files */
};

/*
 * Starts the script unless it was started (`again`: only attaches), and passes
 * on its output from byte `from` until it has ended.  Without a terminal, its
 * standard input has the reports of remote_taken.h; when the script has ended,
 * REMOTE_DONE, after which it removes the files, or the end of input, after
 * which it does not.
 */
#define REMOTE_DONE "\n"

void remote_follow(
    const struct remote *r, bool again, int64_t from, struct buf *out);

/* Sends `len` bytes of the output from byte `from` on. */
void remote_fetch(
    const struct remote *r, int64_t from, int64_t len, struct buf *out);

/* Ends the script and its processes. */
void remote_end(const struct remote *r, struct buf *out);

/* Removes the execution's files. */
void remote_remove(const struct remote *r, struct buf *out);

#endif
