/*
 * compile_message.c: writes and reads what the keeper asks countersign-compile,
 * and its answer.
 *
 * The program that answers has parsed a text of somebody, so its answer is
 * trusted for nothing that a person who approves the plan does not see: the
 * reader checks all of it, and what targets.yml says comes from a request of
 * its own, which no document takes part in.
 *
 * Document and targets.yml follow the JSON as bytes, since a file need not be
 * UTF-8 for its errors to be reported.
 */
#include <stddef.h>
#include <string.h>

#include "base/json.h"
#include "base/sha256.h"
#include "base/text.h"
#include "plan/record.h"
#include "wire/compile_message.h"

#define ANY (COMPILE_TARGETS | COMPILE_DOCUMENT | COMPILE_RUN)
#define DOCUMENTS (COMPILE_DOCUMENT | COMPILE_RUN)
#define HAVE_TARGETS (COMPILE_TARGETS | COMPILE_DOCUMENT)

/* clang-format off */
#define AT(member) .at = offsetof(struct compile_request, member)
static const struct record_field request_fields[] = {
	{ "kind",	ANY,		RECORD_INT,	AT(kind), .least = 1, .most = COMPILE_RUN },
	{ "document",	DOCUMENTS,	RECORD_INT64,	AT(document_bytes), .most = COMPILE_REQUEST_MOST },
	{ "targets",	HAVE_TARGETS,	RECORD_INT64,	AT(targets_bytes), .most = COMPILE_REQUEST_MOST },
	{ "folder",	HAVE_TARGETS,	RECORD_TEXT,	AT(folder), .least = 1 },
	{ "environment", COMPILE_DOCUMENT, RECORD_TEXT,	AT(environment), .least = 1 },
	{ "values",	DOCUMENTS,	RECORD_OBJECT,	AT(values) },
	{ "groups",	COMPILE_RUN,	RECORD_OBJECT,	AT(groups), .least = 1 },
	{ .name = NULL },
};
#undef AT

#define AT(member) .at = offsetof(struct compile_use, member)
static const struct record_field use_fields[] = {
	{ "name",	1, RECORD_TEXT,		AT(name), .least = 1 },
	{ "way",	1, RECORD_FLAG,		AT(way) },
	{ .name = NULL },
};
#undef AT

#define AT(member) .at = offsetof(struct compile_environment, member)
static const struct record_field environment_fields[] = {
	{ "name",	1, RECORD_TEXT,		AT(name), .least = 1 },
	{ "label",	1, RECORD_TEXT,		AT(label), .least = 1 },
	{ "production",	1, RECORD_FLAG,		AT(production) },
	{ "approvals",	1, RECORD_ARRAY,	AT(approvals), .least = 1 },
	{ "values",	1, RECORD_OBJECT,	AT(values), .least = 1 },
	{ "targets",	1, RECORD_OBJECT,	AT(targets), .least = 1 },
	{ .name = NULL },
};
#undef AT

#define AT(member) .at = offsetof(struct compile_refusal, member)
static const struct record_field refusal_fields[] = {
	{ "err",	1, RECORD_INT,		AT(err), .least = 1, .most = ERR__MAX - 1 },
	{ "code",	1, RECORD_TEXT,		AT(code), .least = 1 },
	{ "field",	1, RECORD_TEXT,		AT(field), .least = 1 },
	{ "message",	1, RECORD_TEXT,		AT(message), .least = 1 },
	{ .name = NULL },
};
#undef AT

#define AT(member) .at = offsetof(struct compile_answer, member)
#define LIST(name, member, fields, type) { name, 1, RECORD_LIST, AT(member), \
	.count_at = offsetof(struct compile_answer, member##_count), .of = fields, .size = sizeof(struct type) }
static const struct record_field answer_fields[] = {
	{ "key",	1, RECORD_TEXT,		AT(key), .least = 1 },
	{ "plan",	1, RECORD_OBJECT,	AT(plan_json) },
	LIST("uses", uses, use_fields, compile_use),
	LIST("environments", environments, environment_fields, compile_environment),
	LIST("refused", refused, refusal_fields, compile_refusal),
	{ .name = NULL },
};
#undef AT
/* clang-format on */

void
compile_request_write(
    const struct compile_request *r, struct buf *out, char *key)
{
	struct json_object *o = record_write(request_fields, r->kind, r);
	unsigned char hash[SHA256_BYTES];
	struct buf rest = { 0 };

	buf_puts(&rest, json_write(o));
	buf_putc(&rest, '\n');
	buf_put(&rest, r->document, (size_t)r->document_bytes);
	buf_put(&rest, r->targets, (size_t)r->targets_bytes);
	sha256(rest.data, rest.len, hash);
	text_hex(hash, sizeof(hash), key);
	buf_printf(out, "%s\n", key);
	buf_put(out, rest.data, rest.len);
	buf_clear(&rest);
	json_object_put(o);
}

static enum err
wrong(struct fault *fault, const char *what)
{
	return fault_set(fault, ERR_INVALID, "wrong_compile_message", NULL,
	    "compile_message_wrong reason=%s", what);
}

/* The line at *at, which ends with a line break; moves behind it. */
static bool
take_line(const char *data, size_t len, size_t *at, const char **ret_line,
    size_t *ret_len)
{
	const char *end = memchr(data + *at, '\n', len - *at);

	if (end == NULL)
		return false;
	*ret_line = data + *at;
	*ret_len = (size_t)(end - *ret_line);
	*at += *ret_len + 1;
	return true;
}

static bool
is_key(const char *s, size_t len)
{
	return len == COMPILE_KEY && memchr(s, '\0', len) == NULL &&
	    strspn(s, "0123456789abcdef") == COMPILE_KEY;
}

static enum err
read_header(const char *line, size_t len, struct compile_request *r,
    struct fault *fault)
{
	enum err err = json_read(line, len, &r->json, fault);
	int64_t kind = json_int(r->json, "kind", 0);

	if (err == ERR_OK && kind != COMPILE_TARGETS &&
	    kind != COMPILE_DOCUMENT && kind != COMPILE_RUN)
		err = wrong(fault, "there is no such kind");
	return err == ERR_OK ? record_read(request_fields, (unsigned)kind,
				   r->json, r->arena, r, fault)
			     : err;
}

enum err
compile_request_read(const char *data, size_t len, struct compile_request *ret,
    struct fault *fault)
{
	struct compile_request r = { .arena = arena_new() };
	const char *key = NULL, *line = NULL;
	size_t at = 0, n;
	enum err err;

	if (!take_line(data, len, &at, &key, &n) || !is_key(key, n) ||
	    !take_line(data, len, &at, &line, &n))
		err = wrong(fault, "its lines are not complete");
	else
		err = read_header(line, n, &r, fault);
	if (err == ERR_OK &&
	    (size_t)(r.document_bytes + r.targets_bytes) != len - at)
		err = wrong(fault, "it has another length than it says");
	if (err != ERR_OK) {
		compile_request_clear(&r);
		return err;
	}
	memcpy(r.key, key, COMPILE_KEY);
	r.document = data + at;
	r.targets = data + at + r.document_bytes;
	*ret = r;
	return ERR_OK;
}

void
compile_request_clear(struct compile_request *r)
{
	json_object_put(r->json);
	arena_free(r->arena);
	*r = (struct compile_request){ 0 };
}

void
compile_answer_write(const struct compile_answer *a, struct buf *out)
{
	struct json_object *o = record_write(answer_fields, 1, a);

	buf_puts(out, json_write(o));
	json_object_put(o);
}

/*
 * The targets are objects with a kind, the values texts; the rules have the
 * form of a run's.
 */
static bool
is_environment(const struct compile_environment *e)
{
	json_object_object_foreach (e->targets, name, target) {
		if (*name == '\0' || json_text(target, "kind", NULL) == NULL)
			return false;
	}
	json_object_object_foreach (e->values, parameter, value) {
		if (*parameter == '\0' ||
		    !json_object_is_type(value, json_type_string))
			return false;
	}
	for (size_t i = 0; i < json_count(e->approvals); i++) {
		struct json_object *rule = json_at(e->approvals, i);

		if (json_text(rule, "role", NULL) == NULL ||
		    json_int(rule, "count", 0) < 1)
			return false;
	}
	return true;
}

/* A fault reads itself back into a struct fault, which has room for less. */
static bool
is_refusal(const struct compile_refusal *r)
{
	const struct fault f = { 0 };

	return *r->code != '\0' && strlen(r->code) < sizeof(f.code) &&
	    strlen(r->field) < sizeof(f.field) &&
	    strlen(r->message) < sizeof(f.message);
}

/* By name; “local” stands at the end if no step is on it. */
static bool
is_in_order(const struct compile_answer *a)
{
	for (size_t i = 1; i < a->uses_count; i++)
		if (strcmp(a->uses[i - 1].name, a->uses[i].name) >= 0 &&
		    (i + 1 < a->uses_count || !a->uses[i].way ||
			!text_eq(a->uses[i].name, "local")))
			return false;
	return true;
}

static enum err
check_answer(const struct compile_answer *a, enum compile_kind kind,
    const char *key, struct fault *fault)
{
	if (!text_eq(a->key, key))
		return wrong(fault, "it answers another request");
	if (a->refused_count > 1 ||
	    (a->refused_count == 1 && !is_refusal(a->refused)))
		return wrong(fault, "its refusal has a wrong form");
	if (kind == COMPILE_TARGETS ? a->plan_json != NULL
				    : a->environments_count > 0)
		return wrong(fault, "it says something else than was asked");
	if (kind != COMPILE_TARGETS && a->plan_json == NULL &&
	    a->refused_count == 0)
		return wrong(fault, "it has no plan");
	for (size_t i = 0; i < a->environments_count; i++)
		if (!is_environment(&a->environments[i]))
			return wrong(fault, "an environment has a wrong form");
	if (!is_in_order(a))
		return wrong(fault, "its targets are not in order");
	return ERR_OK;
}

static enum err
read_plan(struct compile_answer *a, struct fault *fault)
{
	struct json_object *again;
	enum err err;

	if (a->plan_json == NULL)
		return ERR_OK;
	if ((err = plan_read(a->plan_json, &a->plan, fault)) != ERR_OK)
		return err;
	again = plan_write(a->plan);
	if (!text_eq(json_write(again), json_write(a->plan_json)))
		err = wrong(fault, "the plan is not canonical");
	json_object_put(again);
	return err;
}

enum err
compile_answer_read(const char *data, size_t len, enum compile_kind kind,
    const char *key, struct compile_answer *ret, struct fault *fault)
{
	struct json_object *o = NULL;
	struct compile_answer a = { 0 };
	struct arena *arena = arena_new();
	enum err err = json_read(data, len, &o, fault);

	if (err == ERR_OK)
		err = record_read(answer_fields, 1, o, arena, &a, fault);
	a.plan = NULL;
	a.arena = arena;
	a.json = o;
	if (err == ERR_OK)
		err = check_answer(&a, kind, key, fault);
	if (err == ERR_OK)
		err = read_plan(&a, fault);
	if (err == ERR_OK)
		*ret = a;
	else
		compile_answer_clear(&a);
	return err;
}

void
compile_answer_clear(struct compile_answer *a)
{
	plan_free(a->plan);
	json_object_put(a->json);
	arena_free(a->arena);
	*a = (struct compile_answer){ 0 };
}
