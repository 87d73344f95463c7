/*
 * life.c: the life of a run.
 *
 * Two tables say in which states of the run and of the step each verb is
 * possible; what depends on people (roles, four eyes) and on the document
 * (essential, rerun) follows in one function each.  The rule is asked inside
 * the transaction that carries the verb out, so there is no second way in.
 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "journal/auth.h"
#include "journal/life.h"

/* Words between spaces: "running paused". */
static bool
listed(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = list; (p = strstr(p, word)) != NULL; p += len)
		if ((p == list || p[-1] == ' ') &&
		    (p[len] == ' ' || p[len] == '\0'))
			return true;
	return false;
}

#define ANY_RUN		"awaiting_approval ready running paused completed " \
			"aborted"
#define ANY_STEP	"pending ready requested starting running succeeded " \
			"failed unknown confirmed skipped awaiting_signature"

/* clang-format off */
static const struct {
	enum verb	 verb;
	const char	*run_states;
	const char	*step_states;	/* NULL: not about a step */
	bool		 idle;		/* refused while a step is at work */
} transitions[] = {
	{ VERB_run_approve,	"awaiting_approval", NULL, false },
	{ VERB_run_change,	"awaiting_approval ready running paused", NULL, true },
	{ VERB_run_start,	"ready", NULL, false },
	{ VERB_run_pause,	"running", NULL, false },
	{ VERB_run_resume,	"paused", NULL, false },
	{ VERB_run_abort,	"awaiting_approval ready running paused", NULL, true },
	{ VERB_run_rollback,	"running paused", NULL, true },
	{ VERB_run_rollback_cancel, "running paused", NULL, true },
	{ VERB_run_close,	"running paused", NULL, true },
	{ VERB_run_comment,	ANY_RUN, NULL, false },
	{ VERB_run_preflight,	"awaiting_approval ready running paused", NULL, false },
	{ VERB_step_look,	"ready running paused", "pending ready failed", false },
	{ VERB_step_execute,	"running", "ready", true },
	{ VERB_step_confirm,	"running", "ready", false },
	{ VERB_step_reopen,	"running paused", "confirmed awaiting_signature", true },
	{ VERB_step_approve,	"running", "ready failed", false },
	{ VERB_step_skip,	"running", "ready failed", false },
	{ VERB_step_retry,	"running", "failed", true },
	{ VERB_step_cancel,	"running paused", "requested starting running", false },
	{ VERB_step_type,	"running paused", "running", false },
	{ VERB_step_reveal,	ANY_RUN, ANY_STEP, false },
	{ VERB_step_resolve,	"running paused", "unknown", false },
	{ VERB_step_sign,	"running paused", "awaiting_signature", false },
};
/* clang-format on */

bool
actor_has(const struct actor *actor, const char *role)
{
	size_t n;

	if (actor->roles == NULL)
		return false;
	n = json_object_array_length(actor->roles);
	for (size_t i = 0; i < n; i++)
		if (text_eq(json_object_get_string(
		    json_object_array_get_idx(actor->roles, i)), role))
			return true;
	return false;
}

bool
life_is_pressed(const char *by, int64_t attempts)
{
	return by != NULL || attempts > 0;
}

bool
life_is_done(const char *state)
{
	return listed("succeeded confirmed skipped", state);
}

bool
life_is_busy(const char *state)
{
	return listed("requested starting running", state);
}

int
life_given(struct json_object *given, const char *role)
{
	int count = 0;
	size_t n = given != NULL ? json_object_array_length(given) : 0;

	for (size_t i = 0; i < n; i++) {
		struct json_object *g = json_object_array_get_idx(given, i);
		struct actor by = { .roles = json_get(g, "roles") };

		if (text_eq(json_text(g, "decision", ""), "approve") &&
		    json_int(g, "disabled", 0) == 0 && actor_has(&by, role))
			count++;
	}
	return count;
}

const char *
life_gate_role(const struct step *gate)
{
	return gate->role != NULL ? gate->role : "approver";
}

int
life_gate_count(const struct step *gate)
{
	return gate->count > 0 ? gate->count : 1;
}

/* The row of the person's decision, or of the first such decision. */
static struct json_object *
find_decision(struct json_object *given, const char *by, const char *decision)
{
	size_t n = given != NULL ? json_object_array_length(given) : 0;

	for (size_t i = 0; i < n; i++) {
		struct json_object *g = json_object_array_get_idx(given, i);

		if ((by == NULL || text_eq(json_text(g, "by", ""), by)) &&
		    (decision == NULL || text_eq(json_text(g, "decision", ""),
		    decision)))
			return g;
	}
	return NULL;
}

bool
life_is_given(const struct step *gate, struct json_object *given)
{
	return find_decision(given, NULL, "reject") == NULL &&
	    life_given(given, life_gate_role(gate)) >= life_gate_count(gate);
}

bool
life_is_approved(struct json_object *rules, struct json_object *given)
{
	size_t n = rules != NULL ? json_object_array_length(rules) : 0;

	if (find_decision(given, NULL, "reject") != NULL)
		return false;
	for (size_t i = 0; i < n; i++) {
		struct json_object *rule = json_object_array_get_idx(rules, i);

		if (life_given(given, json_text(rule, "role", "approver")) <
		    json_int(rule, "count", 1))
			return false;
	}
	return true;
}

static enum err
needs_role(const struct actor *actor, const char *role, struct fault *fault)
{
	if (actor_has(actor, role))
		return ERR_OK;
	return fault_about(fault, role,
	    fault_set(fault, ERR_FORBIDDEN, "role_needed", NULL,
	    "This takes the role \"%s\", which %s does not have.", role,
	    actor->name));
}

/* Our own command line may do all, but it is nobody who could be asked. */
static enum err
needs_person(const struct actor *actor, struct fault *fault)
{
	return !actor->local ? ERR_OK : fault_set(fault, ERR_FORBIDDEN,
	    "no_person", NULL, "Only people approve: do it with an account.");
}

/* Each person decides once; only who rejected can take that back. */
static enum err
may_decide_now(struct json_object *given, const struct actor *actor,
    struct fault *fault)
{
	struct json_object *no = find_decision(given, NULL, "reject");

	if (no != NULL && !text_eq(json_text(no, "by", ""), actor->name))
		return fault_about(fault, json_text(no, "by", ""),
		    fault_set(fault, ERR_CONFLICT, "rejected", NULL,
		    "%s rejected this: only they can take that back, by "
		    "approving it.", json_text(no, "by", "")));
	if (no == NULL && find_decision(given, actor->name, NULL) != NULL)
		return fault_set(fault, ERR_CONFLICT, "already_decided", NULL,
		    "%s has already decided on this plan.", actor->name);
	return ERR_OK;
}

static enum err
may_approve(const struct life_run *run, const struct actor *actor,
    struct fault *fault)
{
	size_t n = run->approvals != NULL ?
	    json_object_array_length(run->approvals) : 0;
	bool named = false;

	if (needs_person(actor, fault) != ERR_OK)
		return ERR_FORBIDDEN;
	for (size_t i = 0; i < n && !named; i++)
		named = actor_has(actor, json_text(json_object_array_get_idx(
		    run->approvals, i), "role", "approver"));
	if (!named)
		return fault_set(fault, ERR_FORBIDDEN, "role_needed", NULL,
		    "No rule of this run asks for a role that %s has.",
		    actor->name);
	if (text_eq(actor->name, run->created_by))
		return fault_set(fault, ERR_FORBIDDEN, "four_eyes", NULL,
		    "Nobody approves their own run: ask somebody else.");
	return may_decide_now(run->given, actor, fault);
}

/* Who decides on a gate: one of its role, but not whose run it is. */
static enum err
may_decide(const struct life_run *run, const struct life_step *step,
    const struct actor *actor, struct fault *fault)
{
	enum err err = needs_person(actor, fault);

	if (err == ERR_OK)
		err = needs_role(actor, life_gate_role(step->step), fault);
	if (err == ERR_OK && text_eq(actor->name, run->created_by))
		return fault_set(fault, ERR_FORBIDDEN, "four_eyes", NULL,
		    "Nobody approves their own run: ask somebody else.");
	return err;
}

static enum err
may_by_role(enum verb verb, const struct life_run *run,
    const struct life_step *step, const struct actor *actor,
    struct fault *fault)
{
	const char *role;

	switch (verb_role(verb)) {
	case ROLE_VIEWER:
		return ERR_OK;
	case ROLE_OPERATOR:
		return needs_role(actor, "operator", fault);
	case ROLE_ADMIN:
		return needs_role(actor, "admin", fault);
	case ROLE_STEP:
		role = step->step->role;
		return needs_role(actor, role != NULL ? role : "operator",
		    fault);
	case ROLE_SIGNER:
		role = step->step->sign;
		if (text_eq(step->by, actor->name))
			return fault_set(fault, ERR_FORBIDDEN, "four_eyes",
			    NULL, "Nobody signs their own work: ask somebody "
			    "else with the role \"%s\".",
			    role != NULL ? role : "");
		return needs_role(actor, role != NULL ? role : "operator",
		    fault);
	case ROLE_RULE:
		return step == NULL ? may_approve(run, actor, fault) :
		    may_decide(run, step, actor, fault);
	default:
		return fault_set(fault, ERR_FORBIDDEN, "forbidden", NULL,
		    "This is not for people.");
	}
}

/* The verb fits the kind of step. */
static bool
fits_kind(enum verb verb, const struct step *step)
{
	switch (verb) {
	case VERB_step_confirm:
	case VERB_step_reopen:
		return step->kind == STEP_MANUAL;
	case VERB_step_approve:
		return step->kind == STEP_APPROVAL;
	case VERB_step_look:
		return step->kind == STEP_EDIT || step->kind == STEP_HTTP;
	case VERB_step_execute:
	case VERB_step_retry:
	case VERB_step_cancel:
		return step->kind != STEP_MANUAL &&
		    step->kind != STEP_APPROVAL;
	default:
		return true;
	}
}

/* What nobody may do to a step behind a gate that is not given. */
static bool
is_gated(enum verb verb)
{
	return verb == VERB_step_execute || verb == VERB_step_retry ||
	    verb == VERB_step_confirm || verb == VERB_step_approve ||
	    verb == VERB_step_skip;
}

static enum err
may_by_step(enum verb verb, const struct life_step *s,
    const struct actor *actor, struct fault *fault)
{
	if (verb == VERB_step_skip && s->step->kind == STEP_APPROVAL)
		return fault_about(fault, life_gate_role(s->step),
		    fault_set(fault, ERR_CONFLICT, "gate", NULL,
		    "A gate cannot be skipped: people with the role \"%s\" "
		    "give it, or the run ends here.", life_gate_role(s->step)));
	if (!fits_kind(verb, s->step))
		return fault_set(fault, ERR_CONFLICT, "wrong_kind", NULL,
		    "A step of kind %s is not for that.",
		    book_kind_name(s->step->kind));
	if (verb == VERB_step_reopen && s->later_ran)
		return fault_set(fault, ERR_CONFLICT, "later_ran", NULL,
		    "A later step relies on this confirmation already: it can "
		    "no longer be taken back. Write a comment instead.");
	if (verb == VERB_step_type && !s->step->interactive)
		return fault_set(fault, ERR_CONFLICT, "not_interactive", NULL,
		    "Nobody types into this step: the document does not say "
		    "“interactive” on it.");
	if (verb == VERB_step_skip && s->step->essential)
		return fault_set(fault, ERR_CONFLICT, "essential", NULL,
		    "This step is marked as essential: it may not be "
		    "skipped.");
	if (verb == VERB_step_retry && s->step->rerun == RERUN_NEVER &&
	    !s->untried)
		return fault_set(fault, ERR_CONFLICT, "never_again", NULL,
		    "The document says rerun=never: skip it with a reason, "
		    "or roll back.");
	if (verb == VERB_step_retry && s->step->rerun == RERUN_PROBE &&
	    !s->probed)
		return fault_set(fault, ERR_CONFLICT, "probe_first", NULL,
		    "Run its probe first: it tells whether the step has "
		    "taken effect.");
	return verb == VERB_step_approve ? may_decide_now(s->given, actor,
	    fault) :
	    ERR_OK;
}

/* A probe can be run whenever its step is in doubt, and as often. */
static bool
probe_possible(enum verb verb, const struct life_step *s)
{
	return verb == VERB_step_execute && text_eq(s->part, "probe") &&
	    s->of_state != NULL && listed("unknown failed", s->of_state) &&
	    !life_is_busy(s->state);
}

static enum err
step_conflict(const struct life_step *s, struct fault *fault)
{
	if (s->by != NULL)
		return fault_set(fault, ERR_CONFLICT, "step_state", NULL,
		    "This step is %s: %s was first, at %s.", s->state, s->by,
		    s->at != NULL ? s->at : "");
	return fault_set(fault, ERR_CONFLICT, "step_state", NULL,
	    "This step is %s%s.", s->state, text_eq(s->state, "pending") ?
	    ": those before it come first" : "");
}

/* A rollback begins once, and can be cancelled before its first step. */
static enum err
may_by_mode(enum verb verb, const struct life_run *run, struct fault *fault)
{
	bool back = text_eq(run->mode, "rollback");

	if (verb == VERB_run_rollback && back)
		return fault_about(fault, run->mode,
		    fault_set(fault, ERR_CONFLICT, "no_rollback", NULL,
		    "The run is being rolled back already."));
	if (verb == VERB_run_rollback && !run->can_roll_back)
		return fault_set(fault, ERR_CONFLICT, "no_rollback", NULL,
		    "This runbook has no rollback.");
	if (verb == VERB_run_rollback_cancel && !back)
		return fault_set(fault, ERR_CONFLICT, "not_rolled_back", NULL,
		    "The run is not being rolled back.");
	if (verb == VERB_run_rollback_cancel && run->rollback_begun)
		return fault_set(fault, ERR_CONFLICT, "rollback_begun", NULL,
		    "A step of the rollback was pressed already: it can no "
		    "longer be cancelled.");
	return ERR_OK;
}

enum err
life_may(enum verb verb, const struct life_run *run,
    const struct life_step *step, const struct actor *actor,
    struct fault *fault)
{
	enum err err;
	size_t i, n = sizeof(transitions) / sizeof(transitions[0]);

	for (i = 0; i < n && transitions[i].verb != verb; i++)
		;
	if (i == n || (transitions[i].step_states != NULL) != (step != NULL))
		return fault_set(fault, ERR_FORBIDDEN, "forbidden", NULL,
		    "That cannot be done to a run.");
	if ((err = may_by_role(verb, run, step, actor, fault)) != ERR_OK ||
	    (err = auth_may(actor, verb, fault)) != ERR_OK)
		return err;
	if (!listed(transitions[i].run_states, run->state))
		return fault_about(fault, run->state,
		    fault_set(fault, ERR_CONFLICT, "run_state", NULL,
		    "The run is %s.", run->state));
	if ((err = may_by_mode(verb, run, fault)) != ERR_OK)
		return err;
	if (step != NULL && !probe_possible(verb, step)) {
		if ((!text_eq(step->part, run->mode) &&
		    verb != VERB_step_cancel && verb != VERB_step_type &&
		    verb != VERB_step_reveal) ||
		    !listed(transitions[i].step_states, step->state))
			return step_conflict(step, fault);
		if ((err = may_by_step(verb, step, actor, fault)) !=
		    ERR_OK)
			return err;
	}
	if (step != NULL && step->gate != NULL && is_gated(verb))
		return fault_about(fault, step->gate,
		    fault_set(fault, ERR_CONFLICT, "gate_first", NULL,
		    "The gate \"%s\" comes first: it is not given for the "
		    "plan as it is now.", step->gate));
	if (transitions[i].idle && run->busy)
		return fault_set(fault, ERR_CONFLICT, "step_at_work", NULL,
		    "A step is being executed: wait for it, or cancel it.");
	return ERR_OK;
}
