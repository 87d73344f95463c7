/*
 * lines.h: the lines of an output as a reader sees them, one by one.
 */
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

/* Where in an escape sequence the bytes were cut; zero at first. */
struct escapes {
	enum escape state;
	bool returned; /* a CR came last */
};

/*
 * Appends the text without its escape sequences.  CR, CR LF and a jump of the
 * cursor to another place are line ends; a step to the right is a blank;
 * backspaces stay.
 */
void escapes_drop(
    struct escapes *e, const char *data, size_t len, struct buf *out);

/* The text is what escapes_drop() would make of it. */
bool escapes_none(const struct escapes *e, const char *data, size_t len);

/*
 * Takes text of escapes_drop() and calls `see` with each line.  Where
 * backspaces take something back that was shown, the line is seen as it stood
 * before, and again at its end.  Of more than `most` bytes only those come,
 * with `cut`.  `line`, `back` and `cut` are zero at first; free with
 * buf_clear(&l->line).
 */
struct lines {
	size_t most;
	void *ctx;
	void (*see)(void *ctx, const char *line, size_t len, bool cut);
	struct buf line; /* that has not ended */
	size_t back;     /* characters, by backspaces */
	bool cut;
};

void lines_put(struct lines *l, const char *data, size_t len);

/* The last line has no end: it is seen where there is anything in it. */
void lines_finish(struct lines *l);
void lines_reset(struct lines *l);

#endif
