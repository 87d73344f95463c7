/*
 * result.c: writes and reads the result of a target.
 *
 * The executor writes it into a status line, the runner passes that on, the
 * keeper writes it into an event, and the projection reads it there. A row of
 * result.def is a field; the functions here know the types alone.
 */
#include "base/message.h"
#include "base/text.h"
#include "plan/result.h"

static void
put_TEXT(struct json_object *o, const char *name, const char *text)
{
	if (text != NULL)
		json_set_text(o, name, text);
}

static const char *
read_TEXT(struct json_object *o, const char *name)
{
	return json_text(o, name, NULL);
}

static void
put_MESSAGE(struct json_object *o, const char *name, const char *text)
{
	if (text != NULL)
		message_set(o, name, text);
}

static const char *
read_MESSAGE(struct json_object *o, const char *name)
{
	return message_text(o, name);
}

static void
put_EXIT(struct json_object *o, const char *name, int64_t code)
{
	json_set(o, name, code >= 0 ? json_object_new_int64(code) : NULL);
}

static int64_t
read_EXIT(struct json_object *o, const char *name)
{
	return json_int(o, name, -1);
}

static void
put_COUNT(struct json_object *o, const char *name, int64_t n)
{
	json_set_int(o, name, n);
}

static int64_t
read_COUNT(struct json_object *o, const char *name)
{
	return json_int(o, name, 0);
}

static void
put_FLAG(struct json_object *o, const char *name, bool flag)
{
	if (flag)
		json_set_bool(o, name, true);
}

static bool
read_FLAG(struct json_object *o, const char *name)
{
	return json_flag(o, name, false);
}

static void
put_OBJECT(struct json_object *o, const char *name, struct json_object *value)
{
	if (value != NULL && json_object_object_length(value) > 0)
		json_set(o, name, json_object_get(value));
}

static struct json_object *
read_OBJECT(struct json_object *o, const char *name)
{
	struct json_object *value = json_get(o, name);

	return json_object_is_type(value, json_type_object) ? value : NULL;
}

static void
put_LIST(struct json_object *o, const char *name, struct json_object *value)
{
	if (value != NULL)
		json_set(o, name, json_object_get(value));
}

static struct json_object *
read_LIST(struct json_object *o, const char *name)
{
	struct json_object *value = json_get(o, name);

	return json_object_is_type(value, json_type_array) ? value : NULL;
}

static void
put_POSITION(
    struct json_object *o, const char *name, struct result_position position)
{
	struct json_object *value;

	if (position.statement <= 0)
		return;
	value = json_object_new_object();
	json_set_int(value, "statement", position.statement);
	json_set_int(value, "of", position.of);
	json_set(o, name, value);
}

static struct result_position
read_POSITION(struct json_object *o, const char *name)
{
	struct json_object *value = read_OBJECT(o, name);

	return (struct result_position){
		.statement = json_int(value, "statement", 0),
		.of = json_int(value, "of", 0),
	};
}

static void
put_ARTIFACT(
    struct json_object *o, const char *name, struct result_artifact artifact)
{
	struct json_object *value;

	if (artifact.name == NULL)
		return;
	value = json_object_new_object();
	json_set_text(value, "name", artifact.name);
	json_set_int(value, "bytes", artifact.bytes);
	put_TEXT(value, "hash", artifact.hash);
	put_FLAG(value, "sealed", artifact.sealed);
	json_set(o, name, value);
}

static struct result_artifact
read_ARTIFACT(struct json_object *o, const char *name)
{
	struct json_object *value = read_OBJECT(o, name);

	return (struct result_artifact){
		.name = json_text(value, "name", NULL),
		.bytes = json_int(value, "bytes", 0),
		.hash = json_text(value, "hash", NULL),
		.sealed = json_flag(value, "sealed", false),
	};
}

/* In a status line an object; without a hash if that is not known. */
static void
put_SEALED(struct json_object *o, const char *name, const char *hash)
{
	struct json_object *value;

	if (hash == NULL)
		return;
	value = json_object_new_object();
	put_TEXT(value, "hash", *hash != '\0' ? hash : NULL);
	json_set(o, name, value);
}

static const char *
read_SEALED(struct json_object *o, const char *name)
{
	struct json_object *value = read_OBJECT(o, name);

	return value != NULL ? json_text(value, "hash", "")
			     : json_text(o, name, NULL);
}

void
result_put_line(const struct result *r, struct json_object *o)
{
#define FIELD(name, type, use, dry) put_##type(o, #name, r->name);
	RESULT_FIELDS(FIELD)
#undef FIELD
}

/* The event has files with their hashes alone, of a sealed one only those. */
static struct result
result_of_event(const struct result *r)
{
	struct result event = *r;

	if (event.message == NULL)
		event.message = "";
	if (event.artifact.hash == NULL || event.artifact.name == NULL ||
	    !text_is_id(event.artifact.name))
		event.artifact.name = NULL;
	event.sealed = NULL;
	return event;
}

void
result_put_event(const struct result *r, struct json_object *o)
{
	const struct result event = result_of_event(r);

#define FIELD(name, type, use, dry) \
	if (RESULT_##use >= RESULT_EVENT) \
		put_##type(o, #name, event.name);
	RESULT_FIELDS(FIELD)
#undef FIELD
	if (r->sealed != NULL && *r->sealed != '\0')
		json_set_text(o, "sealed", r->sealed);
}

void
result_put_dry_run(const struct result *r, struct json_object *o)
{
#define FIELD(name, type, use, dry) \
	if (dry) \
		put_##type(o, #name, r->name);
	RESULT_FIELDS(FIELD)
#undef FIELD
}

void
result_read(struct json_object *o, struct result *ret)
{
#define FIELD(name, type, use, dry) ret->name = read_##type(o, #name);
	RESULT_FIELDS(FIELD)
#undef FIELD
}
