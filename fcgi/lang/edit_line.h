/* edit_line.h: one line of an edit step, for check and executor. */
#ifndef LANG_EDIT_LINE_H
#define LANG_EDIT_LINE_H

#include <stdbool.h>
#include <stddef.h>

enum edit_verb {
	EDIT_NOTHING,
	EDIT_REPLACE,
	EDIT_ENSURE,
	EDIT_REMOVE,
	EDIT_SET
};

struct edit_line {
	enum edit_verb verb; /* NOTHING: blank, or a comment */
	const char *what;    /* OLD, LINE or KEY; not terminated */
	size_t what_len;
	const char *with; /* NEW or VALUE */
	size_t with_len;
};

/*
 * Parses a line before values are filled in; all points into it. Returns NULL,
 * or a message with the correct form.
 */
const char *edit_line_read(const char *s, size_t len, struct edit_line *ret);

#endif
