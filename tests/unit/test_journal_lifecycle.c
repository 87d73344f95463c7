/*
 * The life of a gate: who decides on it, when it is given, and what waits.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/json.h"
#include "journal/approval.h"
#include "journal/check.h"
#include "journal/lifecycle.h"
#include "journal/plan.h"

#define BY(who, what, roles) \
	"{\"by\":\"" who "\",\"decision\":\"" what \
	"\",\"plan\":\"p\",\"step\":\"gate\",\"roles\":[" roles "]}"
#define BO BY("bo", "approve", "\"approver\"")
#define CY BY("cy", "approve", "\"approver\"")

static const struct step gate = { .id = "gate",
	.title = "Gate",
	.kind = STEP_APPROVAL,
	.role = "approver",
	.count = 2 };
static const struct step script = {
	.id = "run", .title = "Run", .kind = STEP_SH
};

static enum err
may(enum verb verb, const struct step *step, const char *state,
    const char *given, const char *who, const char *roles, char code[40])
{
	struct lifecycle_run run = { .state = STATE_RUNNING,
		.mode = PART_MAIN,
		.created_by = "ana",
		.plan = "p" };
	struct lifecycle_step s = { .step = step,
		.state = state_find(state),
		.part = PART_MAIN,
		.given = json_tokener_parse(given),
		.gate = step == &script ? "Gate" : NULL };
	struct actor actor = { .name = who,
		.local = strcmp(who, "local") == 0,
		.roles = json_tokener_parse(roles) };
	struct fault fault = { 0 };
	enum err err = run_authorize(verb, &run, &s, &actor, &fault);

	strncpy(code, fault.code, 39);
	code[39] = '\0';
	json_object_put(s.given);
	json_object_put(actor.roles);
	return err;
}

static void
a_gate_is_decided_on_by_its_role_and_not_by_whose_run_it_is(void **state)
{
	static const char approver[] = "[\"approver\"]";
	static const struct {
		const char *state, *given, *who, *roles, *code;
		enum err err;
	} cases[] = {
		{ "ready", "[]", "bo", approver, "", ERR_OK },
		{ "ready", "[" BO "]", "cy", approver, "", ERR_OK },
		{ "ready", "[]", "dan", "[\"operator\"]", "role_needed",
		    ERR_FORBIDDEN },
		{ "ready", "[]", "ana", approver, "own_run", ERR_FORBIDDEN },
		{ "ready", "[]", "local", approver, "no_person",
		    ERR_FORBIDDEN },
		{ "ready", "[" BO "]", "bo", approver, "already_decided",
		    ERR_CONFLICT },
		{ "pending", "[]", "bo", approver, "step_state", ERR_CONFLICT },
		{ "succeeded", "[]", "bo", approver, "step_state",
		    ERR_CONFLICT },
		{ "failed", "[" BY("bo", "reject", "") "]", "cy", approver,
		    "rejected", ERR_CONFLICT },
		{ "failed", "[" BY("bo", "reject", "") "]", "bo", approver, "",
		    ERR_OK },
	};
	char code[40];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    may(VERB_step_approve, &gate, cases[i].state,
			cases[i].given, cases[i].who, cases[i].roles, code),
		    cases[i].err);
		assert_string_equal(code, cases[i].code);
	}
}

static void
a_gate_is_neither_skipped_nor_confirmed_nor_executed(void **state)
{
	static const enum verb verbs[] = { VERB_step_skip, VERB_step_confirm,
		VERB_step_execute, VERB_step_retry };
	char code[40];

	(void)state;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		assert_int_equal(
		    may(verbs[i], &gate,
			verbs[i] == VERB_step_retry ? "failed" : "ready", "[]",
			"bo", "[\"approver\",\"operator\"]", code),
		    ERR_CONFLICT);
}

static void
behind_an_open_gate_nothing_is_started_and_what_runs_is_ended(void **state)
{
	static const struct {
		enum verb verb;
		const char *state;
	} held[] = {
		{ VERB_step_execute, "ready" }, { VERB_step_retry, "failed" },
		{ VERB_step_skip, "failed" },
	}, possible[] = {
		{ VERB_step_cancel, "running" },
		{ VERB_step_resolve, "unknown" },
	};
	static const char operator[] = "[\"operator\"]";
	char code[40];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(may(held[i].verb, &script, held[i].state, "[]",
				     "ana", operator, code),
		    ERR_CONFLICT);
		assert_string_equal(code, "gate_first");
	}
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(
		    may(possible[i].verb, &script, possible[i].state, "[]",
			"ana", operator, code),
		    ERR_OK);
}

static bool
is_given(const char *rows)
{
	struct json_object *all = json_tokener_parse(rows), *standing;
	bool given;

	standing = approval_standing(all, "p", "gate");
	given = approval_is_gate_given(&gate, standing);
	json_object_put(standing);
	json_object_put(all);
	return given;
}

static void
a_gate_is_given_by_enough_people_for_this_plan_and_gate(void **state)
{
	(void)state;
	assert_false(is_given("[]"));
	assert_false(is_given("[" BO "]"));
	assert_true(is_given("[" BO "," CY "]"));
	assert_false(is_given("[" BO "," BO "]"));
	assert_false(is_given("[" BO "," BY("cy", "approve", "") "]"));
	assert_false(is_given("[" BO "," CY "," BY("dan", "reject", "") "]"));
	assert_true(is_given("[" BY("bo", "reject", "") "," CY "," BO "]"));
	assert_false(is_given("[" BO "," CY "," BY("cy", "reject", "") "]"));
	assert_false(is_given(
	    "[" BO ",{\"by\":\"cy\",\"decision\":\"approve\","
	    "\"plan\":\"other\",\"step\":\"gate\",\"roles\":[\"approver\"]}]"));
	assert_false(is_given(
	    "[" BO ",{\"by\":\"cy\",\"decision\":\"approve\","
	    "\"plan\":\"p\",\"step\":\"\",\"roles\":[\"approver\"]}]"));
	assert_false(is_given("[" BO ",{\"by\":\"cy\",\"decision\":\"approve\","
			      "\"plan\":\"p\",\"step\":\"gate\",\"disabled\":1,"
			      "\"roles\":[\"approver\"]}]"));
}

/* A world in which people have decided, or in which nobody has to. */
struct world {
	const char *approvals, *given;
	enum part mode;
};

static enum err
may_in(const struct world *w, enum verb verb, enum state run_state,
    enum state step_state, const struct step *step, const char *roles)
{
	struct lifecycle_run run = { .state = run_state,
		.mode = w->mode,
		.created_by = "ana",
		.plan = "p",
		.can_roll_back = true,
		.approvals = json_tokener_parse(w->approvals),
		.given = json_tokener_parse(w->given) };
	struct lifecycle_step s = { .step = step,
		.state = step_state,
		.part = w->mode,
		.given = json_tokener_parse(w->given),
		.probed = true };
	struct actor actor = { .name = "bo",
		.roles = json_tokener_parse(roles) };
	struct fault fault = { 0 };
	enum err err = run_authorize(verb, &run,
	    command_row(verb)->step_states != 0 ? &s : NULL, &actor, &fault);

	json_object_put(run.approvals);
	json_object_put(run.given);
	json_object_put(s.given);
	json_object_put(actor.roles);
	return err;
}

static bool
has_role(enum verb verb, const struct step *step, const char *roles)
{
	enum role role = verb_role(verb);

	return role == ROLE_VIEWER ||
	    strstr(roles,
		role == ROLE_RULE                     ? "approver"
		    : role == ROLE_STEP && step->role ? step->role
						      : "operator") != NULL;
}

/* Counts the states in which the actor may; each must be one of the table. */
static int
possible(enum verb verb, const struct world *w, const char *roles)
{
	static const struct step steps[] = {
		{ .id = "s", .kind = STEP_SH, .interactive = true },
		{ .id = "m", .kind = STEP_MANUAL },
		{ .id = "g", .kind = STEP_APPROVAL, .role = "approver" },
		{ .id = "e", .kind = STEP_EDIT },
	};
	const struct command_row *row = command_row(verb);
	int count = 0;

	for (enum state r = 1; r < STATE__MAX; r++)
		for (enum state s = 1; s < STATE__MAX; s++)
			for (int i = 0; i < 4; i++) {
				if (may_in(w, verb, r, s, &steps[i], roles) !=
				    ERR_OK)
					continue;
				count++;
				assert_true(has_role(verb, &steps[i], roles));
				assert_true(state_in(r, row->run_states));
				if (row->step_states == 0)
					continue;
				assert_true(state_in(s, row->step_states));
				assert_true(kind_is(steps[i].kind, row->kinds));
			}
	return count;
}

static void
each_command_by_each_role_in_each_state(void **state)
{
	static const struct world worlds[] = {
		{ "[]", "[]", PART_MAIN },
		{ "[]", "[]", PART_ROLLBACK },
		{ "[{\"role\":\"approver\",\"count\":1}]", "[]", PART_MAIN },
		{ "[{\"role\":\"approver\",\"count\":1}]", "[" BO "]",
		    PART_MAIN },
	};
	static const char *const roles[] = { "[]", "[\"operator\"]",
		"[\"approver\"]", "[\"admin\"]" };

	(void)state;
	for (enum verb v = 0; v < VERB__MAX; v++) {
		int count = 0;

		if (!lifecycle_decides(v))
			continue;
		for (int w = 0; w < 4; w++)
			for (int r = 0; r < 4; r++)
				count += possible(v, &worlds[w], roles[r]);
		if (count == 0)
			fail_msg("nobody can ever %s", verb_name(v));
	}
}

/* A part of a code, or two of them, is another code. */
static void
a_refusal_is_recorded_by_its_whole_code(void **state)
{
	static const char *const codes[] = { "own_run", "own_plan", "own_step",
		"no_person", "already_decided", "rejected", "plan_needed",
		"other_plan", "gate", "gate_first", "approvals_missing",
		"rehearse_first", "understood_needed", "nothing_to_withdraw",
		"too_late_to_withdraw", "reset_open", "password_not_own" };
	static const char *const others[] = { "", " ", "run_state",
		"step_state", "own", "gat", "gates", "gate ", "_first",
		"gate_firs", "needed", "own_run own_plan", "gate gate_first",
		"step_at_work", "unauthenticated", "forbidden" };

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		char part[40];

		assert_true(lifecycle_is_recorded(VERB_run_start, codes[i]));
		for (size_t n = 1; codes[i][n] != '\0'; n++) {
			snprintf(part, sizeof(part), "%.*s", (int)n, codes[i]);
			if (strcmp(part, "gate") != 0 &&
			    lifecycle_is_recorded(VERB_run_start, part))
				fail_msg("%s", part);
			assert_false(lifecycle_is_recorded(
			    VERB_run_start, codes[i] + n));
		}
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (lifecycle_is_recorded(VERB_run_approve, others[i]))
			fail_msg("\"%s\"", others[i]);
}

/* Checks with the same code are recorded alike: the code alone is on record. */
static void
checks_with_a_code_agree_whether_it_is_recorded(void **state)
{
	static const struct {
		const char *code;
		enum check_recorded recorded;
	} rows[] = {
#define CHECK_ROW(name, code, recorded) { code, CHECK_RECORDED_##recorded },
#include "journal/checks.def"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].code == NULL)
			assert_int_equal(
			    rows[i].recorded, CHECK_RECORDED_NEVER);
		else if (check_recorded(rows[i].code) != rows[i].recorded)
			fail_msg("%s", rows[i].code);
	assert_int_equal(check_recorded("unheard_of"), CHECK_RECORDED_NEVER);
}

/* Lacking a role is an attempt where the role is part of a rule of approval. */
static void
a_missing_role_is_recorded_where_people_are_named(void **state)
{
	(void)state;
	for (enum verb v = 0; v < VERB__MAX; v++) {
		enum role role = verb_role(v);
		bool named = role == ROLE_RULE || role == ROLE_SIGNER ||
		    role == ROLE_STEP;

		assert_int_equal(
		    lifecycle_is_recorded(v, "role_needed"), named);
		assert_int_equal(
		    lifecycle_is_recorded(v, "scope_needed"), named);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_command_by_each_role_in_each_state),
		cmocka_unit_test(a_refusal_is_recorded_by_its_whole_code),
		cmocka_unit_test(
		    checks_with_a_code_agree_whether_it_is_recorded),
		cmocka_unit_test(
		    a_missing_role_is_recorded_where_people_are_named),
		cmocka_unit_test(
		    a_gate_is_decided_on_by_its_role_and_not_by_whose_run_it_is),
		cmocka_unit_test(
		    a_gate_is_neither_skipped_nor_confirmed_nor_executed),
		cmocka_unit_test(
		    behind_an_open_gate_nothing_is_started_and_what_runs_is_ended),
		cmocka_unit_test(
		    a_gate_is_given_by_enough_people_for_this_plan_and_gate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
