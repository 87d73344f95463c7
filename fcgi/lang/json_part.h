/*
 * json_part.h: the name of a part of JSON output, such as "/items[]/clientId".
 *
 * It is a JSON pointer (RFC 6901) in which "[]" stands for each member of an
 * array.  A list at the top is "[]/clientId".  As parts stand in lists, "~2" is
 * a blank and "~3" a comma.
 */
#ifndef LANG_JSON_PART_H
#define LANG_JSON_PART_H

#include <stdbool.h>

#include "base/buf.h"

enum json_part {
	JSON_PART_END,
	JSON_PART_NAME, /* a member of an object, or an index */
	JSON_PART_EACH, /* each member of an array */
	JSON_PART_WRONG
};

/*
 * Reads what stands at *at and moves *at behind it; name gets the decoded text
 * of a JSON_PART_NAME.
 */
enum json_part json_part_next(const char **at, struct buf *name);

/* The text is a part, and not empty. */
bool json_part_is(const char *text);

#endif
