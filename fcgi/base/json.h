/*
 * json.h: one strict reader of JSON, and typed access to what it read.
 *
 * json-c accepts duplicate keys, NaN, single quotes and NUL in keys even
 * when asked to be strict; this reader refuses them before json-c sees them.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define JSON_DEPTH 24 /* nesting that json_read() accepts */

/*
 * Reads one JSON value (RFC 8259) that fills all of text, at most JSON_DEPTH
 * deep, without duplicate keys, NUL characters or invalid UTF-8.  The caller
 * releases the value with json_object_put().  ERR_INVALID with a fault that
 * gives the byte offset (fault may be NULL).
 */
enum err json_read(const char *text, size_t len, struct json_object **ret,
    struct fault *fault);

/* The type of a key with a value of any type. */
#define JSON_ANY ((enum json_type) - 1)

/* A key that an object may have, for json_check(). */
struct json_key {
	const char *name; /* NULL ends the table */
	enum json_type type;
	bool required;
};

/*
 * Checks that the value is an object with the required keys, no keys outside
 * the table, and the right types (null counts as absent).
 */
enum err json_check(
    struct json_object *o, const struct json_key *keys, struct fault *fault);

/*
 * Typed access; returns the fallback if the key is absent or of another type.
 * The object owns the result.
 */
const char *json_text(
    struct json_object *o, const char *key, const char *fallback);
int64_t json_int(struct json_object *o, const char *key, int64_t fallback);
bool json_flag(struct json_object *o, const char *key, bool fallback);
struct json_object *json_get(struct json_object *o, const char *key);

/*
 * The members of an array: their number, and the one at i (NULL beyond the
 * end).  A value that is absent or no array has none, where json-c aborts.
 */
size_t json_count(struct json_object *list);
struct json_object *json_at(struct json_object *list, size_t i);

/* Sets a key and takes over the value. */
void json_set(
    struct json_object *o, const char *key, struct json_object *value);
void json_set_text(struct json_object *o, const char *key, const char *s);
void json_set_int(struct json_object *o, const char *key, int64_t n);
void json_set_bool(struct json_object *o, const char *key, bool b);

/* Compact text of the value, valid until the value is changed or released. */
const char *json_write(struct json_object *o);

#endif
