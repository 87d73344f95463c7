/*
 * record.h: C structs as JSON objects, by tables of their members.
 *
 * A table has a row for each member.  Writer, reader and check of keys walk it,
 * so that a member is described once.  A member with the value that it has when
 * its key is absent is not written: equal records give equal bytes.
 */
#ifndef PLAN_RECORD_H
#define PLAN_RECORD_H

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

#define RECORD_NUMBERS 16 /* of a member RECORD_NUMBERS_OF */

enum record_type {
	RECORD_TEXT,       /* const char *; with `least` 1 never NULL */
	RECORD_ID,         /* the same, checked by text_is_id() */
	RECORD_STEP_ID,    /* the same, by text_is_step_id() */
	RECORD_INT,        /* int from `least` to `most` */
	RECORD_INT64,      /* int64_t, the same */
	RECORD_FLAG,       /* bool */
	RECORD_WORD,       /* int: the index of one of `words` */
	RECORD_TEXTS,      /* const char *const *, and a count */
	RECORD_NUMBERS_OF, /* int[RECORD_NUMBERS], and a count */
	RECORD_OBJECT,     /* struct json_object *, shared; as RECORD_TEXT */
	RECORD_ARRAY,      /* the same, for a JSON array */
	RECORD_LIST,       /* const void *: records of `of`, and a count */
};

/* A member. `in` is a mask of the messages that have it. */
struct record_field {
	const char *name; /* NULL ends the table */
	unsigned in;
	enum record_type type;
	size_t at;
	int64_t least, most;
	int64_t absent;           /* its number when the key is absent */
	size_t count_at;          /* of the number of elements */
	const char *const *words; /* NULL ends them */
	const struct record_field *of;
	size_t size; /* of a record in a list */
};

/*
 * A new object with the members of the record that are in `in`.  The texts are
 * copied.
 */
struct json_object *record_write(
    const struct record_field *fields, unsigned in, const void *record);

/*
 * Sets all members: those that are in `in` from the object, the others to their
 * absent values.  Texts and lists belong to the arena.  ERR_INVALID with a
 * fault that names the key: an unknown or a missing key, a wrong type, a number
 * out of range, a text that is no id.  Bounded by the object's size.
 */
enum err record_read(const struct record_field *fields, unsigned in,
    struct json_object *o, struct arena *arena, void *record,
    struct fault *fault);

/* Sets all members to their absent values. */
void record_init(const struct record_field *fields, void *record);

#endif
