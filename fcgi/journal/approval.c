/*
 * approval.c: which approvals count.
 *
 * An approval is judged by the present account of its giver: it does not count
 * if the account was disabled or lost the role, or if the approval is older
 * than its rule allows.  A person fills one rule.  Persons are assigned to
 * rules by a matching; a greedy assignment was rejected, as it can leave a rule
 * open that an exchange would fill.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "journal/approval.h"
#include "journal/check.h"
#include "journal/lifecycle.h"
#include "journal/lifecycle_people.h"

#define NOBODY (-1)

/* The rules of a run and the people who may fill them. */
struct matching {
	struct json_object *rules;
	struct json_object *given;
	int64_t moment;
	int *rule_of; /* each person's, or NOBODY */
	bool *seen;   /* people, in this search */
};

static size_t
length_of(struct json_object *list)
{
	return json_count(list);
}

static int64_t
time_of(struct json_object *o, const char *key, int64_t fallback)
{
	int64_t ms;

	return clock_parse(json_text(o, key, ""), &ms) ? ms : fallback;
}

int64_t
approval_moment(struct json_object *run)
{
	int64_t now = clock_now(), first = time_of(run, "first_at", now);

	return first < now ? first : now;
}

/* A later row is another decision of the same person. */
static bool
is_taken_back(struct json_object *all, size_t i)
{
	struct json_object *a = json_at(all, i);

	for (size_t k = i + 1; k < json_count(all); k++) {
		struct json_object *b = json_at(all, k);

		if (text_eq(json_text(a, "by", ""), json_text(b, "by", "")) &&
		    text_eq(
			json_text(a, "step", ""), json_text(b, "step", "")) &&
		    text_eq(json_text(a, "plan", ""), json_text(b, "plan", "")))
			return true;
	}
	return false;
}

struct json_object *
approval_standing(struct json_object *all, const char *plan, const char *step)
{
	struct json_object *given = json_object_new_array();

	for (size_t i = 0; i < json_count(all); i++) {
		struct json_object *a = json_at(all, i);

		if (text_eq(json_text(a, "step", ""), step) &&
		    text_eq(json_text(a, "plan", ""), plan) &&
		    !CHECK(ended_decision, json_get(a, "ended") != NULL) &&
		    !is_taken_back(all, i))
			json_object_array_add(given, json_object_get(a));
	}
	return given;
}

struct json_object *
approval_find(struct json_object *given, const char *by, const char *decision)
{
	for (size_t i = 0; i < length_of(given); i++) {
		struct json_object *g = json_at(given, i);

		if ((by == NULL || text_eq(json_text(g, "by", ""), by)) &&
		    (decision == NULL ||
			text_eq(json_text(g, "decision", ""), decision)))
			return g;
	}
	return NULL;
}

bool
approval_is_rejected(struct json_object *given)
{
	return CHECK(
	    counts_rejection, approval_find(given, NULL, "reject") != NULL);
}

static bool
has_role(struct json_object *decision, const char *role)
{
	struct actor by = { .roles = json_get(decision, "roles") };

	return actor_has(&by, role);
}

static const char *
role_of(struct json_object *rule)
{
	return json_text(rule, "role", "approver");
}

static int64_t
wanted(struct json_object *rule)
{
	return json_int(rule, "count", 1);
}

static bool
has_expired(
    struct json_object *rule, struct json_object *decision, int64_t moment)
{
	int64_t expires = json_int(rule, "expires", 0);

	return expires > 0 && time_of(decision, "at", 0) + expires < moment;
}

/* Returns why the decision does not fill the rule, or NULL. */
static const char *
void_for(struct json_object *rule, struct json_object *decision, int64_t moment)
{
	if (CHECK(counts_enabled, json_int(decision, "disabled", 0) != 0))
		return "disabled";
	if (CHECK(counts_role, !has_role(decision, role_of(rule))))
		return "role";
	return CHECK(counts_in_time, has_expired(rule, decision, moment))
	    ? "expired"
	    : NULL;
}

static bool
fills(struct json_object *rule, struct json_object *decision, int64_t moment)
{
	return text_eq(json_text(decision, "decision", ""), "approve") &&
	    void_for(rule, decision, moment) == NULL;
}

const char *
approval_void(
    struct json_object *rules, struct json_object *decision, int64_t moment)
{
	const char *why = "role";

	for (size_t i = 0; i < length_of(rules); i++) {
		const char *one = void_for(json_at(rules, i), decision, moment);

		if (one == NULL)
			return NULL;
		if (!text_eq(one, "role"))
			why = one;
	}
	return why;
}

/* Finds one more person for the rule, moving others to other rules. */
static bool
find_person(struct matching *m, int rule)
{
	struct json_object *r = json_at(m->rules, (size_t)rule);

	for (size_t i = 0; i < length_of(m->given); i++) {
		if (m->seen[i] || !fills(r, json_at(m->given, i), m->moment))
			continue;
		m->seen[i] = true;
		if (m->rule_of[i] == NOBODY || find_person(m, m->rule_of[i])) {
			m->rule_of[i] = rule;
			return true;
		}
	}
	return false;
}

/* Assigns as many people as the rule wants, none of whom fills another. */
static int
fill_rule(struct matching *m, int rule)
{
	struct json_object *r = json_at(m->rules, (size_t)rule);
	size_t n = length_of(m->given);
	int found = 0;

	while (found < wanted(r)) {
		for (size_t i = 0; i < n; i++)
			m->seen[i] = false;
		if (!find_person(m, rule))
			break;
		found++;
	}
	return found;
}

static int
count_all(const struct matching *m, struct json_object *rule)
{
	int found = 0;

	for (size_t i = 0; i < length_of(m->given); i++)
		found += fills(rule, json_at(m->given, i), m->moment);
	return found;
}

void
approval_count(struct json_object *rules, struct json_object *given,
    int64_t moment, int *count)
{
	size_t people = length_of(given);
	struct matching m = { rules, given, moment,
		mem_calloc(people + 1, sizeof(int)),
		mem_calloc(people + 1, sizeof(bool)) };

	for (size_t i = 0; i < people; i++)
		m.rule_of[i] = NOBODY;
	for (size_t i = 0; i < length_of(rules); i++) {
		struct json_object *rule = json_at(rules, i);

		count[i] = CHECK(counts_once,
			       !json_flag(rule, "same_person", false))
		    ? fill_rule(&m, (int)i)
		    : count_all(&m, rule);
	}
	free(m.rule_of);
	free(m.seen);
}

struct json_object *
approval_missing(
    struct json_object *rules, struct json_object *given, int64_t moment)
{
	size_t n = length_of(rules);
	int *count = mem_calloc(n + 1, sizeof(*count));
	struct json_object *missing = NULL;

	approval_count(rules, given, moment, count);
	for (size_t i = 0; i < n && missing == NULL; i++) {
		struct json_object *rule = json_at(rules, i);

		if (CHECK(counts_enough, count[i] < wanted(rule)))
			missing = rule;
	}
	free(count);
	return missing;
}

bool
approval_is_complete(
    struct json_object *rules, struct json_object *given, int64_t moment)
{
	return !approval_is_rejected(given) &&
	    approval_missing(rules, given, moment) == NULL;
}

const char *
approval_gate_role(const struct step *gate)
{
	return gate->role != NULL ? gate->role : "approver";
}

int
approval_gate_count(const struct step *gate)
{
	return gate->count > 0 ? gate->count : 1;
}

int
approval_gate_given(const struct step *gate, struct json_object *given)
{
	int count = 0;

	for (size_t i = 0; i < length_of(given); i++) {
		struct json_object *g = json_at(given, i);

		count += text_eq(json_text(g, "decision", ""), "approve") &&
		    !CHECK(
			counts_gate_enabled, json_int(g, "disabled", 0) != 0) &&
		    !CHECK(counts_gate_role,
			!has_role(g, approval_gate_role(gate)));
	}
	return count;
}

bool
approval_is_gate_given(const struct step *gate, struct json_object *given)
{
	return approval_find(given, NULL, "reject") == NULL &&
	    !CHECK(counts_gate_enough,
		approval_gate_given(gate, given) < approval_gate_count(gate));
}
