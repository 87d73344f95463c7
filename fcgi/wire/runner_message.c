/*
 * runner_message.c: writes and reads the messages of the runner to the keeper.
 *
 * One table of members, with the kinds that have each.  Messages are small and
 * few: one struct serves all kinds.
 */
#include <stddef.h>

#include "plan/record.h"
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
