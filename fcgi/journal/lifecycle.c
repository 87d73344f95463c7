/*
 * lifecycle.c: the lifecycle of a run.
 *
 * plan/commands.def lists the states of run and step in which each verb is
 * possible, and its other conditions: that no step runs (for a command on a
 * step: none but those beside it in a parallel section), or that all approvals
 * count now.
 * Rules that depend on people are in lifecycle_people.c, those about approvals
 * in approval.c.  The check runs inside the transaction that carries the verb
 * out, so there is no other way in.
 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "journal/approval.h"
#include "journal/auth.h"
#include "journal/check.h"
#include "journal/lifecycle_people.h"

bool
lifecycle_decides(enum verb verb)
{
	return command_row(verb)->run_states != 0;
}

bool
lifecycle_is_pressed(const char *by, int64_t attempts)
{
	return by != NULL || attempts > 0;
}

enum state
lifecycle_state_of(enum state outcome, const struct step *step)
{
	return state_in(outcome, IN(SUCCEEDED) | IN(CONFIRMED)) &&
		step->sign != NULL
	    ? STATE_AWAITING_SIGNATURE
	    : outcome;
}

/* A closed gate forbids the action to the steps behind it. */
static bool
is_gated(enum verb verb)
{
	return (command_row(verb)->conditions & COMMAND_GATED) != 0;
}

/* The document allows the step to be retried. */
static enum err
may_retry(const struct lifecycle_step *s, struct fault *fault)
{
	if (CHECK(
		step_rerun_never, s->step->rerun == RERUN_NEVER && !s->untried))
		return fault_set(fault, ERR_CONFLICT,
		    CHECK_CODE(step_rerun_never), NULL, "refused_never_again");
	if (CHECK(
		step_probe_first, s->step->rerun == RERUN_PROBE && !s->probed))
		return fault_set(fault, ERR_CONFLICT,
		    CHECK_CODE(step_probe_first), NULL, "refused_probe_first");
	return ERR_OK;
}

static enum err
may_skip(const struct lifecycle_step *s, struct fault *fault)
{
	const char *role = approval_gate_role(s->step);

	if (CHECK(gate_skipped, s->step->kind == STEP_APPROVAL))
		return fault_set(fault, ERR_CONFLICT, CHECK_CODE(gate_skipped),
		    NULL, "refused_gate role=%s", role);
	if (CHECK(step_essential, s->step->essential))
		return fault_set(fault, ERR_CONFLICT,
		    CHECK_CODE(step_essential), NULL, "refused_essential");
	return ERR_OK;
}

static enum err
may_by_step(enum verb verb, const struct lifecycle_run *run,
    const struct lifecycle_step *s, const struct actor *actor,
    struct fault *fault)
{
	if (CHECK(step_kind, !kind_is(s->step->kind, command_row(verb)->kinds)))
		return fault_set(fault, ERR_CONFLICT, CHECK_CODE(step_kind),
		    NULL, "refused_wrong_kind kind=@kind_%s",
		    kind_name(s->step->kind));
	switch (verb) {
	case VERB_step_reopen:
		return !CHECK(reopened_in_time, s->later_ran)
		    ? ERR_OK
		    : fault_set(fault, ERR_CONFLICT,
			  CHECK_CODE(reopened_in_time), NULL,
			  "refused_later_ran");
	case VERB_step_type:
		return !CHECK(step_interactive, !s->step->interactive)
		    ? ERR_OK
		    : fault_set(fault, ERR_CONFLICT,
			  CHECK_CODE(step_interactive), NULL,
			  "refused_not_interactive");
	case VERB_step_skip:
		return may_skip(s, fault);
	case VERB_step_retry:
		return may_retry(s, fault);
	case VERB_step_approve:
		return lifecycle_people_may_decide(run, s->given, actor, fault);
	case VERB_step_withdraw:
		return lifecycle_people_may_withdraw(run, s, actor, fault);
	default:
		return ERR_OK;
	}
}

/* A probe can be run, repeatedly, while the outcome of its step is unknown. */
static bool
probe_possible(enum verb verb, const struct lifecycle_step *s)
{
	return verb == VERB_step_execute && s->part == PART_PROBE &&
	    state_in(s->of_state, IN(UNKNOWN) | IN(FAILED)) &&
	    !state_in(s->state, STATES_BUSY);
}

static enum err
step_conflict(const struct lifecycle_step *s, struct fault *fault)
{
	if (s->by != NULL)
		return fault_set(fault, ERR_CONFLICT, CHECK_CODE(step_state),
		    NULL, "refused_step_state_by state=@is_%s by=%s at=%s",
		    state_word(s->state), s->by, s->at != NULL ? s->at : "");
	if (s->state == STATE_PENDING)
		return fault_set(fault, ERR_CONFLICT, CHECK_CODE(step_state),
		    NULL, "refused_step_pending");
	return fault_set(fault, ERR_CONFLICT, CHECK_CODE(step_state), NULL,
	    "refused_step_state state=@is_%s", state_word(s->state));
}

/* The verb is possible in the state of the run. */
static enum err
may_by_run(enum verb verb, const struct lifecycle_run *run,
    const struct actor *actor, struct fault *fault)
{
	bool waits = run->state == STATE_AWAITING_APPROVAL;
	bool again = verb == VERB_run_approve && !waits &&
	    approval_is_complete(run->approvals, run->given, run->moment);

	if (CHECK(run_state,
		again || !state_in(run->state, command_row(verb)->run_states)))
		return fault_set(fault, ERR_CONFLICT, CHECK_CODE(run_state),
		    NULL, "refused_run_state state=@is_%s",
		    state_word(run->state));
	if (verb == VERB_run_approve)
		return lifecycle_people_may_decide(
		    run, run->given, actor, fault);
	if (verb == VERB_run_withdraw)
		return lifecycle_people_may_withdraw(run, NULL, actor, fault);
	return ERR_OK;
}

/*
 * A rollback begins once, and can be cancelled before its first step.  A target
 * on which a step may still be at work is not given to another run.
 */
static enum err
may_by_mode(
    enum verb verb, const struct lifecycle_run *run, struct fault *fault)
{
	bool back = run->mode == PART_ROLLBACK;

	if (CHECK(parked_known, verb == VERB_run_park && run->unknown))
		return fault_set(fault, ERR_CONFLICT, CHECK_CODE(parked_known),
		    NULL, "refused_park_unknown");
	if (CHECK(rollback_twice, verb == VERB_run_rollback && back))
		return fault_set(fault, ERR_CONFLICT,
		    CHECK_CODE(rollback_twice), NULL, "refused_rolling_back");
	if (CHECK(rollback_there,
		verb == VERB_run_rollback && !run->can_roll_back))
		return fault_set(fault, ERR_CONFLICT,
		    CHECK_CODE(rollback_there), NULL, "refused_no_rollback");
	if (CHECK(rolled_back, verb == VERB_run_rollback_cancel && !back))
		return fault_set(fault, ERR_CONFLICT, CHECK_CODE(rolled_back),
		    NULL, "refused_not_rolled_back");
	if (CHECK(cancelled_in_time,
		verb == VERB_run_rollback_cancel && run->rollback_begun))
		return fault_set(fault, ERR_CONFLICT,
		    CHECK_CODE(cancelled_in_time), NULL,
		    "refused_rollback_begun");
	return ERR_OK;
}

static enum err
may_by_state(enum verb verb, const struct lifecycle_run *run,
    const struct lifecycle_step *s, const struct actor *actor,
    struct fault *fault)
{
	const struct command_row *command = command_row(verb);

	if (probe_possible(verb, s))
		return ERR_OK;
	if (CHECK(step_part,
		s->part != run->mode &&
		    (command->conditions & COMMAND_ANY_PART) == 0) ||
	    CHECK(step_state, !state_in(s->state, command->step_states)))
		return step_conflict(s, fault);
	return may_by_step(verb, run, s, actor, fault);
}

static enum err
gate_first(const char *title, struct fault *fault)
{
	return fault_set(fault, ERR_CONFLICT, CHECK_CODE(gate_before), NULL,
	    "refused_gate_first title=%s", title);
}

/*
 * Nothing may be done behind a closed gate; if no step behind it has run, the
 * steps that would undo them may not run either.
 */
static enum err
may_by_gate(enum verb verb, const struct lifecycle_run *run,
    const struct lifecycle_step *step, struct fault *fault)
{
	if (CHECK(gate_before,
		step != NULL && step->gate != NULL && is_gated(verb)))
		return gate_first(step->gate, fault);
	if (CHECK(gate_of_rollback,
		run->open_gate != NULL &&
		    (verb == VERB_run_rollback ||
			(step != NULL && is_gated(verb) &&
			    step->part == PART_ROLLBACK))))
		return gate_first(run->open_gate, fault);
	return ERR_OK;
}

/* All approvals count now, by the present roles of their givers. */
static enum err
may_by_approvals(const struct lifecycle_run *run, struct fault *fault)
{
	struct json_object *rule = approval_missing(
	    run->approvals, run->given, run->moment);
	const char *role = json_text(rule, "role", "approver");

	if (CHECK(approvals_complete,
		rule != NULL || approval_is_rejected(run->given)))
		return fault_set(fault, ERR_CONFLICT,
		    CHECK_CODE(approvals_complete), NULL,
		    "refused_approvals_missing role=%s", role);
	return ERR_OK;
}

static enum err
may_by_rehearsal(const struct lifecycle_run *run, struct fault *fault)
{
	if (CHECK(
		rehearsed, run->unrehearsed != NULL && run->mode == PART_MAIN))
		return fault_set(fault, ERR_CONFLICT, CHECK_CODE(rehearsed),
		    NULL, "refused_rehearse_first environment=%s",
		    run->unrehearsed);
	return ERR_OK;
}

/* Passing the point of no return needs an explicit acknowledgement. */
static enum err
may_by_words(enum verb verb, const struct lifecycle_run *run,
    const struct lifecycle_step *step, struct fault *fault)
{
	if (CHECK(understood,
		step != NULL && step->step->irreversible &&
		    (command_row(verb)->conditions & COMMAND_UNDERSTOOD) != 0 &&
		    run->ask != NULL && !run->ask->understood))
		return fault_set(fault, ERR_INVALID, CHECK_CODE(understood),
		    "understood", "refused_understood_needed");
	return ERR_OK;
}

enum err
run_authorize(enum verb verb, const struct lifecycle_run *run,
    const struct lifecycle_step *step, const struct actor *actor,
    struct fault *fault)
{
	const struct command_row *command = command_row(verb);
	enum err err;

	if (command->run_states == 0 ||
	    (command->step_states != 0) != (step != NULL))
		return fault_set(fault, ERR_FORBIDDEN, "forbidden", NULL,
		    "refused_not_of_a_run");
	if ((err = lifecycle_people_authorize(verb, run, step, actor, fault)) ==
	    ERR_OK)
		err = auth_may(actor, verb, fault);
	if (err == ERR_OK)
		err = may_by_run(verb, run, actor, fault);
	if (err == ERR_OK)
		err = may_by_mode(verb, run, fault);
	if (err == ERR_OK && step != NULL)
		err = may_by_state(verb, run, step, actor, fault);
	if (err == ERR_OK)
		err = may_by_gate(verb, run, step, fault);
	if (err == ERR_OK && (command->conditions & COMMAND_APPROVED) != 0)
		err = may_by_approvals(run, fault);
	if (err == ERR_OK &&
	    (command->conditions & COMMAND_CLEAR) == COMMAND_CLEAR)
		err = may_by_rehearsal(run, fault);
	if (err == ERR_OK &&
	    CHECK(step_at_work,
		(command->conditions & COMMAND_IDLE) != 0 &&
		    (step != NULL ? step->held : run->busy)))
		err = fault_set(fault, ERR_CONFLICT, CHECK_CODE(step_at_work),
		    NULL, "refused_step_at_work");
	return err == ERR_OK ? may_by_words(verb, run, step, fault) : err;
}

bool
lifecycle_is_recorded(enum verb verb, const char *code)
{
	enum check_recorded recorded = check_recorded(code);
	enum role role = verb_role(verb);

	return recorded == CHECK_RECORDED_ALWAYS ||
	    (recorded == CHECK_RECORDED_PEOPLE &&
		(role == ROLE_RULE || role == ROLE_SIGNER ||
		    role == ROLE_STEP));
}
