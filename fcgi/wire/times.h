/*
 * times.h: TARGET.times: the times at which the text of a recording came, and
 *the hash that proves it.
 *
 * Lines of ASCII; numbers are decimal, hashes BLAKE2b-256 in hex:
 *
 *	times 1 START		version, and seconds since the epoch
 *	MS BYTES		a piece of the text: it begins that much later,
 *				and that far behind, as the piece before (the
 *				first one: as START, and as byte 0); pieces are
 *				counted in the output before any was left out
 *	left FROM BYTES NOTICE	so many bytes from FROM on were left out, and a
 *				notice of that length is in their place
 *	cast BYTES HASH		of a terminal: length and hash of TARGET.cast
 *	text BYTES HASH		of TARGET.txt; the last line of a recording that
 *				has ended
 *
 * So the hash of this file, which the journal has, proves the others.
 */
#ifndef WIRE_TIMES_H
#define WIRE_TIMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"

#define TIMES_MOST (1024 * 1024) /* bytes of the file */

/*
 * A piece begins 50 ms after the one before, or a 5000th of the time since the
 * start: a day of output has 35,000 of them, a year 65,000.
 */
#define TIMES_STEP_MS 50
#define TIMES_STEP_PART 5000

struct times_piece {
	int64_t ms; /* since the start */
	int64_t at; /* its first byte */
};

/* Length and hash of a file; hash "": there is none. */
struct times_file {
	int64_t bytes;
	char hash[HASH_TEXT];
};

/* The bytes that were left out; 0: none. */
struct times_left {
	int64_t from;
	int64_t bytes;
	int64_t notice;
};

struct times {
	int64_t started; /* seconds since the epoch */
	struct times_piece *pieces;
	size_t count;
	struct times_left left;
	struct times_file cast;
	struct times_file text; /* hash "": the recording has not ended */
};

/* Appends the first line, the line of a piece, and the last lines. */
void times_put_start(int64_t started, struct buf *out);
void times_put_piece(
    struct times_piece before, struct times_piece piece, struct buf *out);
void times_put_end(const struct times_left *left, const struct times_file *cast,
    const struct times_file *text, struct buf *out);

/* True if a piece may begin at ms after one that began at `before`, or -1. */
bool times_is_due(int64_t before, int64_t ms);

/*
 * Reads the file; an incomplete last line of a recording that goes on does not
 * count. ERR_INVALID: it is not such a file.  In both cases the caller calls
 * times_clear().
 */
enum err times_read(const char *data, size_t len, struct times *ret);
void times_clear(struct times *t);

/* The place of a byte of the output in TARGET.txt. */
int64_t times_place(const struct times *t, int64_t at);

#endif
