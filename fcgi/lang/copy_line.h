/* copy_line.h: one line of a copy step, for check, plan and executor. */
#ifndef LANG_COPY_LINE_H
#define LANG_COPY_LINE_H

#include <stdbool.h>
#include <stddef.h>

struct copy_side {
	const char *target; /* not terminated; NULL: the step's own */
	size_t target_len;
	const char *path; /* not terminated */
	size_t path_len;
};

struct copy_text {
	bool nothing; /* a blank line, or a comment */
	struct copy_side from, to;
	bool folder; /* both paths end with "/" */
	bool into;   /* only the second does */
	bool match;  /* "*" or "?" in the last part of the first */
};

/*
 * Parses a line before values are filled in; all points into it. Returns NULL,
 * or a message with the correct form; *ret_at is then the place of the error in
 * the line.
 */
const char *copy_line_read(
    const char *s, size_t len, struct copy_text *ret, size_t *ret_at);

#endif
