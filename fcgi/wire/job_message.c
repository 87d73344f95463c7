/*
 * job_message.c: writes and reads the job spec by the rows of job_message.def.
 *
 * The executor checks the meaning of the values (executor/job_spec.c), as it is
 * the last that can.
 */
#include "base/json.h"
#include "plan/record.h"
#include "wire/job_message.h"

#define AT(member) .at = offsetof(struct job_message, member)

/* clang-format off */
#define F_TEXT(member)		RECORD_TEXT, AT(member)
#define F_COUNT(member)		RECORD_INT64, AT(member), .most = INT64_MAX
#define F_FLAG(member)		RECORD_FLAG, AT(member)
#define F_OBJECT(member)	RECORD_OBJECT, AT(member)
#define F_LIST(member)		RECORD_ARRAY, AT(member)

static const struct record_field fields[] = {
#define MEMBER(name, type, must) { #name, 1, F_##type(name), .least = LEAST_##type(must) },
#define LEAST_TEXT(must) must
#define LEAST_COUNT(must) 1
#define LEAST_FLAG(must) must
#define LEAST_OBJECT(must) must
#define LEAST_LIST(must) must
#include "wire/job_message.def"
#undef MEMBER
	{ .name = NULL },
};
/* clang-format on */

void
job_message_init(struct job_message *m)
{
	*m = (struct job_message){ .arena = arena_new() };
}

/* Calls a function of json-c for each object and list. */
#define EACH_TEXT(name, call)
#define EACH_COUNT(name, call)
#define EACH_FLAG(name, call)
#define EACH_OBJECT(name, call) (void)call(m->name);
#define EACH_LIST(name, call) (void)call(m->name);

void
job_message_clear(struct job_message *m)
{
#define MEMBER(name, type, least) EACH_##type(name, json_object_put)
#include "wire/job_message.def"
#undef MEMBER
	arena_free(m->arena);
	*m = (struct job_message){ 0 };
}

/* Each member has a reference of its own, as in a message that is written. */
static void
own_objects(struct job_message *m)
{
#define MEMBER(name, type, least) EACH_##type(name, json_object_get)
#include "wire/job_message.def"
#undef MEMBER
}

void
job_message_write(const struct job_message *m, struct buf *out)
{
	struct json_object *o = record_write(fields, 1, m);

	buf_puts(out, json_write(o));
	json_object_put(o);
}

enum err
job_message_read(
    const char *text, size_t len, struct job_message *ret, struct fault *fault)
{
	struct json_object *o = NULL;
	struct job_message m;
	enum err err;

	job_message_init(&m);
	err = json_read(text, len, &o, fault);
	if (err == ERR_OK)
		err = record_read(fields, 1, o, m.arena, &m, fault);
	if (err == ERR_OK) {
		own_objects(&m);
		*ret = m;
	} else {
		arena_free(m.arena);
	}
	json_object_put(o);
	return err;
}
