/*
 * cast.h: a recording in the format of asciinema's players, asciicast v2
 * (docs.asciinema.org/manual/asciicast/v2).
 *
 * Of a terminal it is written while the step runs; of other output it is made
 * of TARGET.txt and TARGET.times when somebody asks for it.
 */
#ifndef WIRE_CAST_H
#define WIRE_CAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "wire/times.h"

#define CAST_EVENT_BYTES (32 * 1024) /* of the text of an event, at most */

/* The state between events; zeroed at first. */
struct cast {
	bool terminal; /* its bytes stay: else line feeds become CR LF */
	bool after_cr;
};

/* Appends the header. */
void cast_put_head(bool terminal, int64_t started, struct buf *out);

/*
 * Appends text, of complete characters, as events of that time: JSON with all
 * control characters escaped.
 */
void cast_put_text(
    struct cast *c, int64_t ms, const char *text, size_t len, struct buf *out);

/* Appends a terminal's new size as an event. */
void cast_put_size(int64_t ms, int columns, int rows, struct buf *out);

/* Reads the next len bytes of the text.  False: it cannot. */
typedef bool (*cast_source)(void *ctx, char *data, size_t len);

/* Takes the next bytes of the recording.  False: no more are wanted. */
typedef bool (*cast_sink)(void *ctx, const char *data, size_t len);

/*
 * Makes the recording of a text of `size` bytes.  The same arguments give the
 * same bytes; memory is bounded.  Long runs of NUL are left out if the
 * recording has not ended: its middle may have been dropped.  ERR_IO: the
 * source failed; ERR_LIMIT: the sink wanted no more.
 */
enum err cast_derive(const struct times *times, int64_t size,
    cast_source source, void *source_ctx, cast_sink sink, void *sink_ctx);

#endif
