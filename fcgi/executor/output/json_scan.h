/* json_scan.h: the values of a JSON text, unchanged. */
#ifndef EXECUTOR_OUTPUT_JSON_SCAN_H
#define EXECUTOR_OUTPUT_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* A value or a name, including quotes; a slice of the text. */
struct json_piece {
	const char *s;
	size_t len;
};

struct json_member {
	struct json_piece name; /* of an element: its length is 0 */
	struct json_piece value;
};

/*
 * Finds the one value (RFC 8259) that fills the text.  False: it is not JSON,
 * not UTF-8, or nested too deeply.
 */
bool json_scan(const char *text, size_t len, struct json_piece *ret);

/*
 * The members of an object, or elements of an array, from json_scan(): an array
 * that the caller frees, NULL if there is none.
 */
struct json_member *json_members(struct json_piece of, size_t *ret_count);

/* Appends the value without the blanks between its tokens. */
void json_compact(struct json_piece of, struct buf *out);

#endif
