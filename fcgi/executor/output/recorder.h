/*
 * recorder.h: the output of one target, as asciicast v2 and as text.
 */
#ifndef EXECUTOR_OUTPUT_RECORDER_H
#define EXECUTOR_OUTPUT_RECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct recorder;

/*
 * Creates TARGET.cast and TARGET.txt in the working folder, each bounded by
 * limit.  NULL with errno set where that failed.  Of a terminal the cast is
 * what it was sent, and the text comes by recorder_text().  With a key (or
 * NULL) the text is sealed to it in TARGET.sealed (sealed.h), and both files
 * have one line that says so.
 */
struct recorder *recorder_open(const char *target, int64_t limit, bool terminal,
    const unsigned char *seal_to);

/*
 * Records masked output.  It is on file, for live views, within some 50 ms;
 * under load it is gathered.  A failure to write is kept for the end.
 */
void recorder_put(struct recorder *r, const char *data, size_t len);

/* Of a terminal: records masked text of what it shows. */
void recorder_text(struct recorder *r, const char *data, size_t len);

/* Of a terminal: it has this size from now on. */
void recorder_resize(struct recorder *r, int columns, int rows);

/* When recorder_flush() is due (clock_monotonic()), or 0: nothing waits. */
int64_t recorder_due(const struct recorder *r);
void recorder_flush(struct recorder *r);

/*
 * Ends both files, durably, and frees r.  *ret_bytes is the length of the
 * text with what was dropped of it, *ret_dropped how much that is.  ERR_IO:
 * the recording is not complete; errno says why.
 */
enum err recorder_close(
    struct recorder *r, int64_t *ret_bytes, int64_t *ret_dropped);

#endif
