/*
 * cmd_approve.c: approves or rejects the plan of a run or a gate, or withdraws
 * an approval.  run_authorize() decides whether the person may.
 *
 * This file adds the decision to those in force and checks whether the rules
 * are now met.
 */
#include "base/clock.h"
#include "base/text.h"
#include "journal/approval.h"
#include "base/err.h"
#include "journal/db.h"
#include "keeper/commands/cmd_account.h"
#include "keeper/run.h"
#include "keeper/command.h"

static enum err
check_decision(struct command *c, const char *decision)
{
	if (text_eq(decision, "approve"))
		return ERR_OK;
	if (text_eq(decision, "reject"))
		return command_words(c, "comment");
	return fault_set(&c->fault, ERR_INVALID, "bad_value", "decision",
	    "refused_bad_decision");
}

/*
 * The decisions in force without the person's, and with this one if given. A
 * new array.
 */
static struct json_object *
decisions_with(
    const struct command *c, struct json_object *given, const char *decision)
{
	struct json_object *all = json_object_new_array();
	struct json_object *mine = json_object_new_object();
	char now[CLOCK_TEXT];

	for (size_t i = 0; i < json_count(given); i++) {
		struct json_object *g = json_at(given, i);

		if (!text_eq(json_text(g, "by", ""), c->actor.name))
			json_object_array_add(all, json_object_get(g));
	}
	clock_format(clock_now(), now);
	json_set_text(mine, "by", c->actor.name);
	json_set_text(mine, "decision", decision);
	json_set_text(mine, "at", now);
	json_set(mine, "roles", json_object_get(c->actor.roles));
	if (decision != NULL)
		json_object_array_add(all, mine);
	else
		json_object_put(mine);
	return all;
}

static struct json_object *
data_of(struct command *c, const struct run *run, const char *step,
    const char *decision)
{
	struct json_object *data = json_object_new_object();

	if (step != NULL)
		json_set_text(data, "step", step);
	json_set_text(data, "plan", run->lifecycle.plan);
	if (decision != NULL) {
		json_set_text(data, "decision", decision);
		account_note_reset(c, data);
	}
	json_set_text(data, "comment", json_text(c->body, "comment", ""));
	return data;
}

/*
 * The state of a run that no longer waits for approvals: the last one that
 * operators chose, so that an approval does not resume a paused run, nor one
 * that has given its targets back.
 */
static const char *
state_before(struct command *c, const struct run *run)
{
	struct rows *rows = db_query(c->keeper->db, STMT_RUN_LAST_WORD,
	    INT(run->id), TEXT(event_word(EVENT_RUN_STARTED)),
	    TEXT(event_word(EVENT_RUN_PAUSED)),
	    TEXT(event_word(EVENT_RUN_RESUMED)),
	    TEXT(event_word(EVENT_RUN_PARKED)));
	enum event_kind kind = db_next(rows) ? event_find(db_text(rows, "kind"))
					     : EVENT_NONE;
	const char *state = kind == EVENT_NONE ? "ready"
	    : kind == EVENT_RUN_PAUSED         ? "paused"
	    : kind == EVENT_RUN_PARKED         ? "parked"
					       : "running";

	db_done(rows);
	return state;
}

/*
 * The next state if the run waited for this decision or waits for another one
 * now; NULL: unchanged. A paused or parked run stays so until it is resumed.
 */
static const char *
state_after(struct command *c, const struct run *run, const char *decision)
{
	struct json_object *all = decisions_with(
	    c, run->lifecycle.given, decision);
	bool complete = approval_is_complete(
	    run->lifecycle.approvals, all, run->lifecycle.moment);
	bool waits = run->lifecycle.state == STATE_AWAITING_APPROVAL;

	json_object_put(all);
	if (waits && complete)
		return state_before(c, run);
	return waits || complete ||
		state_in(run->lifecycle.state, IN(PAUSED) | IN(PARKED))
	    ? NULL
	    : "awaiting_approval";
}

enum err
cmd_run_approve(struct command *c)
{
	const char *decision = json_text(c->body, "decision", "");
	struct json_object *data;
	struct run run;
	enum err err;

	if ((err = check_decision(c, decision)) != ERR_OK ||
	    (err = run_permit(c, VERB_run_approve, &run, NULL)) != ERR_OK)
		return err;
	data = data_of(c, &run, NULL, decision);
	json_set_text(data, "state", state_after(c, &run, decision));
	return run_finish(c, &run, EVENT_RUN_DECIDED, data);
}

enum err
cmd_run_withdraw(struct command *c)
{
	struct json_object *data;
	struct run run;
	enum err err = run_permit(c, VERB_run_withdraw, &run, NULL);

	if (err != ERR_OK)
		return err;
	data = data_of(c, &run, NULL, NULL);
	json_set_text(data, "state", state_after(c, &run, NULL));
	return run_finish(c, &run, EVENT_RUN_WITHDRAWN, data);
}

/* The gate's state with this decision; NULL: unchanged. */
static const char *
gate_after(
    struct command *c, const struct lifecycle_step *s, const char *decision)
{
	struct json_object *all = decisions_with(c, s->given, decision);
	bool given = approval_is_gate_given(s->step, all);

	json_object_put(all);
	if (text_eq(decision, "reject"))
		return "failed";
	return given ? "succeeded" : s->state == STATE_FAILED ? "ready" : NULL;
}

enum err
cmd_step_approve(struct command *c)
{
	const char *decision = json_text(c->body, "decision", "");
	struct json_object *data;
	struct lifecycle_step s;
	struct run run;
	enum err err;

	if ((err = check_decision(c, decision)) != ERR_OK ||
	    (err = run_permit(c, VERB_step_approve, &run, &s)) != ERR_OK)
		return err;
	data = data_of(c, &run, s.step->id, decision);
	json_set_text(data, "state", gate_after(c, &s, decision));
	return run_finish(c, &run, EVENT_STEP_DECIDED, data);
}

/* An open gate is closed again if the remaining decisions do not suffice. */
enum err
cmd_step_withdraw(struct command *c)
{
	struct json_object *data, *left;
	struct lifecycle_step s;
	struct run run;
	enum err err = run_permit(c, VERB_step_withdraw, &run, &s);

	if (err != ERR_OK)
		return err;
	data = data_of(c, &run, s.step->id, NULL);
	left = decisions_with(c, s.given, NULL);
	if (s.state == STATE_SUCCEEDED && !approval_is_gate_given(s.step, left))
		json_set_text(data, "state", "pending");
	json_object_put(left);
	return run_finish(c, &run, EVENT_STEP_WITHDRAWN, data);
}
