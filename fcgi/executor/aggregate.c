/*
 * aggregate.c: aggregates the results of all targets.
 *
 * The worst result is the step's.  Its message first has the counts, which a
 * person needs for forty hosts, then the message of the first target with that
 * result.
 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/message.h"
#include "executor/aggregate.h"
#include "executor/status.h"

static void
report_not_started(const struct job_spec *o, enum halt halt, struct buf *out)
{
	if (halt == HALT_MAX_FAIL)
		message_put(out, "halt_max_fail count=%d", o->step.max_fail);
	else if (halt == HALT_BATCH && o->step.batch == 1)
		message_put(out, "halt_serial");
	else if (halt == HALT_BATCH)
		message_put(out, "halt_batch count=%d", o->step.batch);
	else if (halt == HALT_CANCELLED)
		message_put(out, "halt_cancelled");
	else
		message_put(out, "halt_room");
}

/* Writes the last line of a target that has none. */
static void
finish_target(
    const struct job_spec *o, size_t i, enum outcome outcome, enum halt halt)
{
	const char *name = o->targets[i].name;
	struct result end = { .exit = -1, .state = state_word(STATE_UNKNOWN) };
	const char *what = outcome == OUTCOME_HUNG ? MESSAGE("process_hung")
						   : MESSAGE("process_died");
	struct buf message = { 0 }, why = { 0 };

	if (outcome == OUTCOME_NOT_STARTED) {
		end.state = state_word(STATE_NOT_STARTED);
		report_not_started(o, halt, &why);
		message_put(&message, "target_not_started target=%s reason=%s",
		    name, buf_text(&why));
		buf_clear(&why);
	} else if (o->interpreter == NULL) {
		message_put(
		    &message, "process_ended target=%s what=%s", name, what);
	} else if (strcmp(o->targets[i].kind, "ssh") == 0) {
		message_put(&message,
		    "process_ended_ssh target=%s what=%s host=%s exec=%s", name,
		    what, o->targets[i].host, o->exec);
	} else {
		message_put(&message, "process_ended_local target=%s what=%s",
		    name, what);
	}
	end.message = message.data;
	status_target(name, &end);
	buf_clear(&message);
}

static enum state
state_of(struct json_object *end)
{
	enum state state = state_read(end);

	return state_in(state, STATES_OF_OUTCOME | IN(NOT_STARTED))
	    ? state
	    : STATE_UNKNOWN;
}

/* "3 of 40 targets failed, 20 were not started as max-fail=2 was passed." */
static void
report_counts(const struct job_spec *o, const size_t counts[STATE__MAX],
    enum halt halt, struct buf *out)
{
	struct buf why = { 0 };
	const char *between = "";

	if (counts[STATE_FAILED] > 0) {
		message_put(out, "count_failed n=%zu count=%zu",
		    counts[STATE_FAILED], o->targets_count);
		between = " ";
	}
	if (counts[STATE_UNKNOWN] > 0) {
		buf_puts(out, between);
		message_put(out, "count_unknown n=%zu count=%zu",
		    counts[STATE_UNKNOWN], o->targets_count);
		between = " ";
	}
	if (counts[STATE_NOT_STARTED] > 0) {
		buf_puts(out, between);
		report_not_started(o, halt, &why);
		message_put(out, "count_not_started n=%zu count=%zu reason=%s",
		    counts[STATE_NOT_STARTED], o->targets_count,
		    buf_text(&why));
		buf_clear(&why);
	}
}

/* The state of the step, and the reason unless it succeeded. */
static enum state
weigh(const struct job_spec *o, struct json_object *ends, enum halt halt,
    struct buf *message)
{
	size_t counts[STATE__MAX] = { 0 };
	struct json_object *first[STATE__MAX] = { 0 };
	enum state state = STATE_SUCCEEDED, worst;

	for (size_t i = 0; i < o->targets_count; i++) {
		struct json_object *end = json_get(ends, o->targets[i].name);
		enum state one = state_of(end);

		if (counts[one]++ == 0)
			first[one] = json_get(end, "message");
		if (one > state)
			state = one;
	}
	if (state == STATE_SUCCEEDED)
		return state;
	worst = state;
	if (o->targets_count > 1)
		report_counts(o, counts, halt, message);
	if (state == STATE_NOT_STARTED)
		state = STATE_FAILED;
	if (o->targets_count == 1 || worst != STATE_NOT_STARTED) {
		buf_puts(message, message->len > 0 ? " " : "");
		message_from_json(first[worst], message);
	}
	return state;
}

enum err
aggregate(
    const struct job_spec *o, const enum outcome *outcomes, enum halt halt)
{
	struct json_object *ends;
	struct buf message = { 0 };
	enum state state;
	enum err err;

	for (size_t i = 0; i < o->targets_count; i++)
		if (outcomes[i] != OUTCOME_WRITTEN)
			finish_target(o, i, outcomes[i], halt);
	ends = status_read();
	state = weigh(o, ends, halt, &message);
	err = status_done(state, buf_text(&message));
	buf_clear(&message);
	json_object_put(ends);
	return err;
}
