/*
 * recorder.h: the output of one target, as text with its times (wire/times.h),
 * and of a terminal as asciicast v2.
 */
#ifndef EXECUTOR_OUTPUT_RECORDER_H
#define EXECUTOR_OUTPUT_RECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"

struct recorder;

/* The hashes of files, in hex; "": unknown, or there is no such file. */
struct recorder_hashes {
	char times[HASH_TEXT]; /* which proves the others */
	char sealed[HASH_TEXT];
};

/*
 * Creates TARGET.txt and TARGET.times in the working folder, the text bounded
 * by limit.  NULL with errno set if that failed.  Of a terminal TARGET.cast,
 * bounded likewise, has its bytes, and recorder_text() adds the text.  With a
 * key (or NULL) the text is sealed to it in TARGET.sealed (sealed.h), and text
 * and cast have one line that says so.
 */
struct recorder *recorder_open(const char *target, int64_t limit, bool terminal,
    const unsigned char *seal_to);

/*
 * Records redacted output.  It is on file, for live views, within some 50 ms;
 * under load it is buffered. recorder_close() reports write errors.
 */
void recorder_put(struct recorder *r, const char *data, size_t len);

/* Of a terminal: records redacted text of its screen. */
void recorder_text(struct recorder *r, const char *data, size_t len);

/* Of a terminal: records its new size. */
void recorder_resize(struct recorder *r, int columns, int rows);

/* The time of the next recorder_flush() (clock_monotonic()); 0: no data waits.
 */
int64_t recorder_due(const struct recorder *r);
void recorder_flush(struct recorder *r);

/*
 * Flushes, and waits until the text is on the disk, but for the bytes of an
 * unfinished character.  Sealed output stays in memory.  recorder_close()
 * reports a failure.
 */
void recorder_sync(struct recorder *r);

/*
 * Ends the files, durably, and frees r. *ret_bytes is the length of the text
 * including dropped bytes, *ret_dropped the number of those; *ret_hashes may be
 * NULL.  ERR_IO: the recording is incomplete; errno has the reason.
 */
enum err recorder_close(struct recorder *r, int64_t *ret_bytes,
    int64_t *ret_dropped, struct recorder_hashes *ret_hashes);

#endif
