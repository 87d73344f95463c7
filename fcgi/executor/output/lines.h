/* lines.h: the visible lines of an output, one by one. */
#ifndef EXECUTOR_OUTPUT_LINES_H
#define EXECUTOR_OUTPUT_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum escape {
	ESCAPE_NONE,
	ESCAPE_BEGUN,
	ESCAPE_SEQUENCE,
	ESCAPE_STRING,
	ESCAPE_STRING_END,
	ESCAPE_CHARSET
};

/* The state of a scan within an escape sequence; zero at first. */
struct escapes {
	enum escape state;
	bool returned; /* the last byte was CR */
};

/*
 * Appends the text without its escape sequences.  CR, CR LF and a jump of the
 * cursor to another place become line ends; a step to the right becomes a
 * blank; backspaces stay.
 */
void escapes_drop(
    struct escapes *e, const char *data, size_t len, struct buf *out);

/* True if escapes_drop() would not change the text. */
bool escapes_none(const struct escapes *e, const char *data, size_t len);

/*
 * Reads text of escapes_drop() and calls `see` with each line.  If backspaces
 * remove visible text, the line is passed as it was before, and again at its
 * end.  Of more than `most` bytes only the first are passed, with `cut`.
 * `line`, `back` and `cut` are zero at first; free with buf_clear(&l->line).
 */
struct lines {
	size_t most;
	void *ctx;
	void (*see)(void *ctx, const char *line, size_t len, bool cut);
	struct buf line; /* the unfinished line */
	size_t back;     /* characters, by backspaces */
	bool cut;
};

void lines_put(struct lines *l, const char *data, size_t len);

/* Passes the unfinished last line on, unless it is empty. */
void lines_finish(struct lines *l);
void lines_reset(struct lines *l);

#endif
