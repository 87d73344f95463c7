/*
 * runner_message.c: writes and reads the messages of the runner to the keeper.
 *
 * One table of members, with the kinds that have each.  Messages are small and
 * few: one struct serves all kinds.
 */
#include <stddef.h>

#include "base/text.h"
#include "plan/record.h"
#include "plan/state.h"
#include "wire/runner_message.h"

#define ALL (RUNNER_STARTING | RUNNER_LINE | TEXTS | RUNNER_INPUT_ARRIVED)
#define TEXTS (RUNNER_LOST | RUNNER_DRY_RUN_ENDED)
#define AT(member) .at = offsetof(struct runner_message, member)

/* clang-format off */
static const struct record_field fields[] = {
	{ "exec",	ALL,			RECORD_ID,	AT(exec), .least = 1 },
	{ "line",	RUNNER_LINE,		RECORD_OBJECT,	AT(line), .least = 1 },
	{ "results",	RUNNER_DRY_RUN_ENDED,	RECORD_OBJECT,	AT(results) },
	{ "message",	TEXTS,			RECORD_TEXT,	AT(message) },
	{ "target",	RUNNER_INPUT_ARRIVED,	RECORD_ID,	AT(target), .least = 1 },
	{ "typist",	RUNNER_INPUT_ARRIVED,	RECORD_TEXT,	AT(session), .least = 1 },
	{ "arrived",	RUNNER_INPUT_ARRIVED,	RECORD_INT64,	AT(arrived), .most = INT64_MAX },
	{ .name = NULL },
};
#undef AT

#define AT(member) .at = offsetof(struct runner_attempt, member)
static const struct record_field attempt_fields[] = {
	{ "exec",	1,	RECORD_ID,	AT(exec), .least = 1 },
	{ "state",	1,	RECORD_TEXT,	AT(state), .least = 1 },
	{ "cancelled",	1,	RECORD_FLAG,	AT(cancelled) },
	{ .name = NULL },
};
#undef AT

#define AT(member) .at = offsetof(struct runner_hello, member), \
	.count_at = offsetof(struct runner_hello, member##_count)
static const struct record_field hello_fields[] = {
	{ "attempts",	1,	RECORD_LIST,	AT(attempts), .of = attempt_fields, .size = sizeof(struct runner_attempt) },
	{ "dry_runs",	1,	RECORD_TEXTS,	AT(dry_runs) },
	{ .name = NULL },
};
/* clang-format on */

const char *
runner_message_verb(enum runner_message_kind kind)
{
	switch (kind) {
	case RUNNER_STARTING:
		return "exec_starting";
	case RUNNER_LINE:
		return "exec_line";
	case RUNNER_LOST:
		return "exec_lost";
	case RUNNER_DRY_RUN_ENDED:
		return "dry_run_ended";
	case RUNNER_INPUT_ARRIVED:
		return "exec_input";
	}
	return "";
}

struct json_object *
runner_message_write(
    enum runner_message_kind kind, const struct runner_message *m)
{
	return record_write(fields, kind, m);
}

enum err
runner_message_read(enum runner_message_kind kind, struct json_object *body,
    struct arena *arena, struct runner_message *ret, struct fault *fault)
{
	return record_read(fields, kind, body, arena, ret, fault);
}

struct json_object *
runner_hello_write(const struct runner_hello *h)
{
	return record_write(hello_fields, 1, h);
}

static enum err
wrong(struct fault *fault, const char *name)
{
	return fault_set(fault, ERR_INVALID, "wrong_value", name,
	    "runner_message_wrong name=%s", name);
}

enum err
runner_hello_read(struct json_object *body, struct arena *arena,
    struct runner_hello *ret, struct fault *fault)
{
	struct runner_hello h;
	enum err err = record_read(hello_fields, 1, body, arena, &h, fault);

	for (size_t i = 0; err == ERR_OK && i < h.attempts_count; i++)
		if (!state_in(state_find(h.attempts[i].state), STATES_BUSY))
			err = wrong(fault, "state");
	for (size_t i = 0; err == ERR_OK && i < h.dry_runs_count; i++)
		if (!text_is_id(h.dry_runs[i]))
			err = wrong(fault, "dry_runs");
	if (err == ERR_OK)
		*ret = h;
	return err;
}
