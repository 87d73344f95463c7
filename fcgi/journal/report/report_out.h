/*
 * report_out.h: JSON that is written while it is made, member by member, so
 * that a long report needs no more memory than its largest member.
 */
#ifndef JOURNAL_REPORT_REPORT_OUT_H
#define JOURNAL_REPORT_REPORT_OUT_H

#include <json-c/json.h>
#include <stdbool.h>

#include "base/buf.h"

struct report_out {
	struct buf *text; /* the caller's */
	/* Called behind each value: it may take the text. NULL: nobody does. */
	void (*part)(void *ctx);
	void *ctx;
	bool follows; /* something stands before, in the same brackets */
};

/*
 * Begins an object '{' or a list '[', and ends it with '}' or ']'. The key is
 * NULL in a list and at the top.
 */
void report_out_begin(struct report_out *out, const char *key, char bracket);
void report_out_end(struct report_out *out, char bracket);

/* Writes a value, which it takes over; NULL is null. */
void report_out_put(
    struct report_out *out, const char *key, struct json_object *value);

#endif
