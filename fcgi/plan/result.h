/* result.h: the result of one target of an execution (result.def). */
#ifndef PLAN_RESULT_H
#define PLAN_RESULT_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "plan/result.def"

/* Statement `statement` of `of`, from 1; 0: none. */
struct result_position {
	int64_t statement;
	int64_t of;
};

struct result_artifact {
	const char *name; /* NULL: none */
	int64_t bytes;    /* of the output */
	const char *hash; /* of the file; NULL: unknown */
	bool sealed;      /* the file is a box */
};

#define RESULT_C_TEXT const char *
#define RESULT_C_MESSAGE const char *
#define RESULT_C_EXIT int64_t /* -1: none */
#define RESULT_C_COUNT int64_t
#define RESULT_C_FLAG bool
#define RESULT_C_OBJECT struct json_object *
#define RESULT_C_LIST struct json_object *
#define RESULT_C_POSITION struct result_position
#define RESULT_C_ARTIFACT struct result_artifact
#define RESULT_C_SEALED const char * /* its hash; "": unknown */

/* It owns nothing: the texts and objects belong to who filled it. */
struct result {
#define FIELD(name, type, use, dry) RESULT_C_##type name;
	RESULT_FIELDS(FIELD)
#undef FIELD
};

/* The readers of a field, each with those before it. */
enum result_use { RESULT_LINE, RESULT_EVENT, RESULT_ROW, RESULT_PAGE };

/*
 * Adds the fields of a status line to the object, those of the event
 * step.target_ended, or those that the result of a dry run has. Objects are
 * shared with it.
 */
void result_put_line(const struct result *r, struct json_object *o);
void result_put_event(const struct result *r, struct json_object *o);
void result_put_dry_run(const struct result *r, struct json_object *o);

/*
 * Reads a status line or an event; a field of another type counts as absent.
 * The object owns all that *ret refers to.
 */
void result_read(struct json_object *o, struct result *ret);

/* Rows for a table of json_check(): the fields of a status line. */
#define RESULT_J_TEXT json_type_string
#define RESULT_J_MESSAGE JSON_ANY
#define RESULT_J_EXIT json_type_int
#define RESULT_J_COUNT json_type_int
#define RESULT_J_FLAG json_type_boolean
#define RESULT_J_OBJECT json_type_object
#define RESULT_J_LIST json_type_array
#define RESULT_J_POSITION json_type_object
#define RESULT_J_ARTIFACT json_type_object
#define RESULT_J_SEALED json_type_object
#define RESULT_KEY(name, type, use, dry) { #name, RESULT_J_##type, false },
#define RESULT_KEYS RESULT_FIELDS(RESULT_KEY)

/* The text if the field is a column, or if pages show it: by its use. */
#define RESULT_IF_ROW_LINE(...)
#define RESULT_IF_ROW_EVENT(...)
#define RESULT_IF_ROW_ROW(...) __VA_ARGS__
#define RESULT_IF_ROW_PAGE(...) __VA_ARGS__
#define RESULT_IF_PAGE_LINE(...)
#define RESULT_IF_PAGE_EVENT(...)
#define RESULT_IF_PAGE_ROW(...)
#define RESULT_IF_PAGE_PAGE(...) __VA_ARGS__

#endif
