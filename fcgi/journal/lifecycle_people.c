/*
 * lifecycle_people.c: who may do what to a run: roles, and the four-eyes rule.
 *
 * Nobody approves or signs their own work.  Own work is: having created the
 * run, having given its plan a present value, and, for a signature, having
 * worked on the step: started, confirmed, typed into or resolved any attempt of
 * it, or run its probe.
 */
#include "base/json.h"
#include "base/text.h"
#include "journal/approval.h"
#include "journal/check.h"
#include "journal/lifecycle_people.h"

bool
actor_has(const struct actor *actor, const char *role)
{
	size_t n;

	if (actor->roles == NULL)
		return false;
	n = json_count(actor->roles);
	for (size_t i = 0; i < n; i++)
		if (text_eq(
			json_object_get_string(json_at(actor->roles, i)), role))
			return true;
	return false;
}

static bool
names(struct json_object *list, const char *name)
{
	size_t n = json_count(list);

	for (size_t i = 0; i < n; i++)
		if (text_eq(json_object_get_string(json_at(list, i)), name))
			return true;
	return false;
}

static enum err
lacks_role(const struct actor *actor, const char *role, struct fault *fault)
{
	return fault_set(fault, ERR_FORBIDDEN, CHECK_CODE(role_of_rule), NULL,
	    "refused_role_needed role=%s name=%s", role, actor->name);
}

enum err
run_authorize_verb(
    enum verb verb, const struct actor *actor, struct fault *fault)
{
	enum role role = verb_role(verb);

	if (CHECK(role_operator,
		role == ROLE_OPERATOR && !actor_has(actor, "operator")))
		return lacks_role(actor, "operator", fault);
	if (CHECK(role_admin, role == ROLE_ADMIN && !actor_has(actor, "admin")))
		return lacks_role(actor, "admin", fault);
	return ERR_OK;
}

/* The command line may do everything, but is not a person who can approve. */
static enum err
needs_person(const struct actor *actor, struct fault *fault)
{
	return !CHECK(a_person, actor->local)
	    ? ERR_OK
	    : fault_set(fault, ERR_FORBIDDEN, CHECK_CODE(a_person), NULL,
		  "refused_no_person");
}

/* The person's own run, or a plan with values of their own. */
static enum err
not_own_run(const struct lifecycle_run *run, const struct actor *actor,
    struct fault *fault)
{
	if (CHECK(own_run, text_eq(actor->name, run->created_by)))
		return fault_set(fault, ERR_FORBIDDEN, CHECK_CODE(own_run),
		    NULL, "refused_own_run name=%s", actor->name);
	if (CHECK(own_plan, names(run->authors, actor->name)))
		return fault_set(fault, ERR_FORBIDDEN, CHECK_CODE(own_plan),
		    NULL, "refused_own_plan name=%s", actor->name);
	return ERR_OK;
}

static enum err
may_approve(const struct lifecycle_run *run, const struct actor *actor,
    struct fault *fault)
{
	size_t n = json_count(run->approvals);
	bool named = false;

	if (needs_person(actor, fault) != ERR_OK)
		return ERR_FORBIDDEN;
	for (size_t i = 0; i < n && !named; i++)
		named = actor_has(actor,
		    json_text(json_at(run->approvals, i), "role", "approver"));
	if (CHECK(role_of_rule, !named))
		return fault_set(fault, ERR_FORBIDDEN, CHECK_CODE(role_of_rule),
		    NULL, "refused_no_rule name=%s", actor->name);
	return not_own_run(run, actor, fault);
}

static enum err
may_decide_gate(const struct lifecycle_run *run,
    const struct lifecycle_step *step, const struct actor *actor,
    struct fault *fault)
{
	const char *role = approval_gate_role(step->step);

	if (needs_person(actor, fault) != ERR_OK)
		return ERR_FORBIDDEN;
	if (CHECK(role_of_gate, !actor_has(actor, role)))
		return lacks_role(actor, role, fault);
	return not_own_run(run, actor, fault);
}

static enum err
may_sign(const struct lifecycle_run *run, const struct lifecycle_step *step,
    const struct actor *actor, struct fault *fault)
{
	const char *role = step->step->sign != NULL ? step->step->sign
						    : "operator";

	if (needs_person(actor, fault) != ERR_OK)
		return ERR_FORBIDDEN;
	if (CHECK(role_signer, !actor_has(actor, role)))
		return lacks_role(actor, role, fault);
	if (CHECK(own_step, names(step->workers, actor->name)) ||
	    CHECK(own_probe, names(step->probers, actor->name)))
		return fault_set(fault, ERR_FORBIDDEN, CHECK_CODE(own_step),
		    NULL, "refused_own_step name=%s role=%s", actor->name,
		    role);
	return not_own_run(run, actor, fault);
}

enum err
lifecycle_people_authorize(enum verb verb, const struct lifecycle_run *run,
    const struct lifecycle_step *step, const struct actor *actor,
    struct fault *fault)
{
	const char *role;

	switch (verb_role(verb)) {
	case ROLE_VIEWER:
		return ERR_OK;
	case ROLE_OPERATOR:
	case ROLE_ADMIN:
		return run_authorize_verb(verb, actor, fault);
	case ROLE_STEP:
		role = step->step->role != NULL ? step->step->role : "operator";
		return !CHECK(role_step, !actor_has(actor, role))
		    ? ERR_OK
		    : lacks_role(actor, role, fault);
	case ROLE_SIGNER:
		return may_sign(run, step, actor, fault);
	case ROLE_RULE:
		return step == NULL ? may_approve(run, actor, fault)
				    : may_decide_gate(run, step, actor, fault);
	default:
		return fault_set(fault, ERR_FORBIDDEN, "forbidden", NULL,
		    "refused_not_for_people");
	}
}

/* A decision concerns the plan that was read; the page names it. */
static enum err
may_decide_on(const struct lifecycle_run *run, struct fault *fault)
{
	const struct lifecycle_ask *ask = run->ask;

	if (ask == NULL)
		return ERR_OK;
	if (CHECK(plan_named, ask->plan == NULL))
		return fault_set(fault, ERR_INVALID, CHECK_CODE(plan_named),
		    "plan", "refused_plan_needed");
	if (CHECK(
		plan_same, ask->plan != NULL && !text_eq(ask->plan, run->plan)))
		return fault_set(fault, ERR_CONFLICT, CHECK_CODE(plan_same),
		    "plan", "refused_other_plan");
	return ERR_OK;
}

/* An approval that no longer counts may be given again. */
static bool
has_decided(const struct lifecycle_run *run, struct json_object *given,
    const char *name)
{
	struct json_object *mine = approval_find(given, name, NULL);

	return mine != NULL &&
	    (given != run->given ||
		approval_void(run->approvals, mine, run->moment) == NULL);
}

enum err
lifecycle_people_may_decide(const struct lifecycle_run *run,
    struct json_object *given, const struct actor *actor, struct fault *fault)
{
	struct json_object *no = approval_find(given, NULL, "reject");
	const char *by = json_text(no, "by", "");

	if (CHECK(rejected_by_other, no != NULL && !text_eq(by, actor->name)))
		return fault_set(fault, ERR_CONFLICT,
		    CHECK_CODE(rejected_by_other), NULL,
		    "refused_rejected by=%s", by);
	if (CHECK(rejected_again,
		no != NULL && run->ask != NULL && text_eq(by, actor->name) &&
		    text_eq(run->ask->decision, "reject")))
		return fault_set(fault, ERR_CONFLICT,
		    CHECK_CODE(rejected_again), NULL,
		    "refused_already_rejected name=%s", actor->name);
	if (CHECK(decided_once,
		no == NULL && has_decided(run, given, actor->name)))
		return fault_set(fault, ERR_CONFLICT, CHECK_CODE(decided_once),
		    NULL, "refused_already_decided name=%s", actor->name);
	return may_decide_on(run, fault);
}

enum err
lifecycle_people_may_withdraw(const struct lifecycle_run *run,
    const struct lifecycle_step *gate, const struct actor *actor,
    struct fault *fault)
{
	struct json_object *given = gate != NULL ? gate->given : run->given;

	if (CHECK(nothing_to_withdraw,
		approval_find(given, actor->name, "approve") == NULL))
		return fault_set(fault, ERR_CONFLICT,
		    CHECK_CODE(nothing_to_withdraw), NULL,
		    "refused_nothing_to_withdraw name=%s", actor->name);
	if (CHECK(withdraw_in_time, gate == NULL && run->has_begun) ||
	    CHECK(withdraw_gate_in_time, gate != NULL && gate->later_ran))
		return fault_set(fault, ERR_CONFLICT,
		    CHECK_CODE(withdraw_in_time), NULL,
		    "refused_too_late_to_withdraw");
	return ERR_OK;
}
