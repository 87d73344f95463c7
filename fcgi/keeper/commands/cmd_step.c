/*
 * cmd_step.c: the actions of people on a step.
 *
 * Each asks run_authorize() inside the transaction, so the second of two
 * simultaneous requests finds the first one's event and is refused with who and
 * when.
 */
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/outcome.h"
#include "journal/plan.h"
#include "keeper/target_results.h"
#include "lang/parameter_value.h"
#include "lang/plan_scope.h"
#include "plan/step.h"
#include "keeper/commands/cmd_account.h"
#include "keeper/run.h"
#include "wire/exec.h"
#include "keeper/command.h"

static struct json_object *
about(const struct lifecycle_step *s)
{
	struct json_object *data = json_object_new_object();

	json_set_text(data, "step", s->step->id);
	return data;
}

/*
 * A page names the attempt that its button would make; a request of an older
 * page (or the second half of a double click) names one that exists.
 */
static enum err
check_attempt(struct command *c, const struct run *run,
    const struct lifecycle_step *s, int64_t next)
{
	int64_t named = json_int(c->body, "attempt", next);
	struct json_object *made;
	const char *by, *at;
	enum err err;

	if (named == next)
		return ERR_OK;
	json_set_text(c->result, "state", state_word(s->state));
	made = db_first_json(db_query(c->keeper->db, STMT_ATTEMPT_GET,
	    INT(run->id), TEXT(s->step->id), INT(named)));
	by = json_text(made, "by", NULL);
	at = json_text(made, "requested_at", "");
	if (by != NULL) {
		json_set_text(c->result, "by", by);
		json_set_text(c->result, "at", at);
	}
	err = by == NULL
	    ? fault_set(&c->fault, ERR_CONFLICT, "old_page", "attempt",
		  "refused_old_page n=%lld", (long long)named)
	    : fault_set(&c->fault, ERR_CONFLICT, "old_page", "attempt",
		  "refused_old_page_by n=%lld by=%s at=%s", (long long)named,
		  by, at);
	json_object_put(made);
	return err;
}

static enum err
check_disk(struct command *c)
{
	unsigned long long space = io_free_space(c->keeper->data_dir);

	if (space >= KEEPER_DISK_FLOOR)
		return ERR_OK;
	return fault_set(&c->fault, ERR_UNAVAILABLE, "disk_full", NULL,
	    "refused_disk_full size=%llu", space >> 20);
}

/*
 * A statement is skipped under the rules for a step: a reason, and a
 * permission.
 */
static enum err
check_skip(
    struct command *c, const struct run *run, const struct lifecycle_step *s)
{
	enum err err;

	if (!text_eq(json_text(c->body, "from", ""), "next"))
		return ERR_OK;
	if ((err = command_words(c, "reason")) != ERR_OK)
		return err;
	return run_authorize(
	    VERB_step_skip, &run->lifecycle, s, &c->actor, &c->fault);
}

static enum err
press(struct command *c, enum verb verb)
{
	char exec[2 * EXEC_ID_BYTES + 1];
	struct json_object *data;
	struct lifecycle_step s;
	struct run run;
	int64_t next;
	enum err err = run_permit(c, verb, &run, &s);

	if (err != ERR_OK)
		return err;
	next = json_int(run_step_row(&run, s.step->id), "attempts", 0) + 1;
	if ((err = check_attempt(c, &run, &s, next)) != ERR_OK ||
	    (err = check_skip(c, &run, &s)) != ERR_OK ||
	    (err = check_disk(c)) != ERR_OK) {
		run_clear(&run);
		return err;
	}
	text_random_hex(exec, EXEC_ID_BYTES);
	data = about(&s);
	if ((err = target_results_choose(c, &run, s.step, data)) != ERR_OK) {
		json_object_put(data);
		run_clear(&run);
		return err;
	}
	json_set_int(data, "n", next);
	if (text_eq(json_text(c->body, "from", ""), "next"))
		json_set_text(data, "reason", json_text(c->body, "reason", ""));
	json_set_text(data, "exec", exec);
	json_set_text(data, "plan", run.lifecycle.plan);
	json_set_int(c->result, "attempt", next);
	json_set_text(c->result, "exec", exec);
	c->keeper->jobs_changed = true;
	return run_finish(c, &run, EVENT_STEP_REQUESTED, data);
}

enum err
cmd_step_execute(struct command *c)
{
	return press(c, VERB_step_execute);
}

enum err
cmd_step_retry(struct command *c)
{
	return press(c, VERB_step_retry);
}

/* Puts the value that the task asks for, like those that steps capture. */
static enum err
take_value(struct command *c, const struct run *run, const struct step *step,
    struct json_object *data)
{
	const char *value = json_text(c->body, "value", ""), *why;
	struct json_object *captures;
	struct buf scratch = { 0 };
	struct parameter asked;
	enum err err = ERR_OK;
	char *name;

	if (!step_asks(step, &asked))
		return *value == '\0'
		    ? ERR_OK
		    : fault_set(&c->fault, ERR_INVALID, "bad_value", "value",
			  "refused_nothing_asked");
	if ((why = parameter_check_value(&asked, value, &scratch)) != NULL) {
		err = fault_set(&c->fault, ERR_INVALID,
		    *value == '\0' ? "missing_value" : "bad_value", "value",
		    "refused_value name=%s reason=%s", asked.label, why);
	} else {
		captures = json_object_new_object();
		name = mem_printf(
		    "%s%s", asked.name, plan_scope(run->plan, step->section));
		json_set_text(captures, name, value);
		json_set(data, "captures", captures);
		free(name);
	}
	buf_clear(&scratch);
	return err;
}

enum err
cmd_step_confirm(struct command *c)
{
	struct json_object *data;
	struct lifecycle_step s;
	struct run run;
	enum err err = run_permit(c, VERB_step_confirm, &run, &s);

	if (err != ERR_OK)
		return err;
	if (s.step->evidence && (err = command_words(c, "note")) != ERR_OK) {
		run_clear(&run);
		return err;
	}
	data = about(&s);
	if ((err = take_value(c, &run, s.step, data)) != ERR_OK) {
		json_object_put(data);
		run_clear(&run);
		return err;
	}
	json_set_text(data, "note", json_text(c->body, "note", ""));
	json_set_text(data, "state",
	    state_word(lifecycle_state_of(STATE_CONFIRMED, s.step)));
	return run_finish(c, &run, EVENT_STEP_CONFIRMED, data);
}

/* The step is to be done again: no later step has begun. */
enum err
cmd_step_reopen(struct command *c)
{
	struct json_object *data;
	struct lifecycle_step s;
	struct run run;
	enum err err;

	if ((err = run_permit(c, VERB_step_reopen, &run, &s)) != ERR_OK)
		return err;
	data = about(&s);
	json_set_text(data, "reason", json_text(c->body, "reason", ""));
	err = event_append(c->keeper->db, run.id, EVENT_ANY_SEQ, c->actor.name,
	    EVENT_STEP_REOPENED, data);
	if (err == ERR_OK)
		err = run_decide(c->keeper, run.id);
	if (err == ERR_OK)
		err = run_advance(c->keeper, run.id);
	run_report(c, run.id);
	run_clear(&run);
	return err;
}

enum err
cmd_step_skip(struct command *c)
{
	struct json_object *data;
	struct lifecycle_step s;
	struct run run;
	int64_t attempts;
	enum err err;

	if ((err = run_permit(c, VERB_step_skip, &run, &s)) != ERR_OK)
		return err;
	attempts = json_int(run_step_row(&run, s.step->id), "attempts", 0);
	if (!outcome_is_free_to_skip(s.step->optional, attempts) &&
	    (err = command_words(c, "reason")) != ERR_OK) {
		run_clear(&run);
		return err;
	}
	data = about(&s);
	json_set_text(data, "reason", json_text(c->body, "reason", ""));
	return run_finish(c, &run, EVENT_STEP_SKIPPED, data);
}

enum err
cmd_step_cancel(struct command *c)
{
	struct json_object *data;
	struct lifecycle_step s;
	struct run run;
	enum err err = run_permit(c, VERB_step_cancel, &run, &s);

	if (err != ERR_OK)
		return err;
	data = about(&s);
	json_set_int(
	    data, "n", json_int(run_step_row(&run, s.step->id), "attempts", 0));
	c->keeper->jobs_changed = true;
	return run_finish(c, &run, EVENT_CANCEL_REQUESTED, data);
}

/*
 * Nobody can say what list a step has found out: its sections would be left
 * out although it counts as done.
 */
static enum err
check_lists(struct command *c, const struct run *run, const struct step *s)
{
	for (size_t i = 0; i < s->captures_count; i++)
		if (s->captures[i].list &&
		    plan_list(run->row, s->id, s->captures[i].name) == NULL)
			return fault_set(&c->fault, ERR_CONFLICT,
			    "list_unknown", "outcome",
			    "refused_list_unknown name=%s",
			    s->captures[i].name);
	return ERR_OK;
}

enum err
cmd_step_resolve(struct command *c)
{
	const char *outcome = json_text(c->body, "outcome", "");
	struct json_object *data;
	struct lifecycle_step s;
	struct run run;
	enum err err;

	if (!state_in(state_find(outcome), IN(SUCCEEDED) | IN(FAILED)))
		return fault_set(&c->fault, ERR_INVALID, "bad_value", "outcome",
		    "refused_bad_outcome");
	if ((err = run_permit(c, VERB_step_resolve, &run, &s)) != ERR_OK)
		return err;
	if (state_find(outcome) == STATE_SUCCEEDED &&
	    (err = check_lists(c, &run, s.step)) != ERR_OK) {
		run_clear(&run);
		return err;
	}
	data = about(&s);
	json_set_text(data, "outcome", outcome);
	json_set_text(data, "note", json_text(c->body, "note", ""));
	json_set_text(data, "state",
	    state_word(lifecycle_state_of(state_find(outcome), s.step)));
	return run_finish(c, &run, EVENT_STEP_RESOLVED, data);
}

enum err
cmd_step_sign(struct command *c)
{
	struct json_object *data;
	struct lifecycle_step s;
	struct run run;
	enum err err = run_permit(c, VERB_step_sign, &run, &s);

	if (err != ERR_OK)
		return err;
	data = about(&s);
	account_note_reset(c, data);
	json_set_text(data, "note", json_text(c->body, "note", ""));
	json_set_text(data, "state",
	    s.step->kind == STEP_MANUAL ? "confirmed" : "succeeded");
	return run_finish(c, &run, EVENT_STEP_SIGNED, data);
}
