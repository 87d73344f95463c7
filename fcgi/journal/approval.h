/*
 * approval.h: which approvals count, and whether they fill the rules of a run.
 *
 * `given` are the decisions in force (approval_standing()), `rules` the rules
 * of a run: [{role, count, expires (ms), same_person}].
 */
#ifndef JOURNAL_APPROVAL_H
#define JOURNAL_APPROVAL_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "plan/plan.h"

/*
 * Of all rows of STMT_APPROVALS: the decisions on a run (step "") or on one of
 * its gates that were made on this plan and are in force (a change of the plan
 * ends them; people can withdraw their own), the last one of each person: rows
 * with by, decision, comment, at, roles (present ones), disabled. A new array.
 */
struct json_object *approval_standing(
    struct json_object *all, const char *plan, const char *step);

/*
 * The moment at which approvals must not have expired: now, or, once a step has
 * run, the time of the first step. Takes a row of STMT_RUN_GET.
 */
int64_t approval_moment(struct json_object *run);

/*
 * Counts the people of each rule and fills in `count`, which has one element
 * per rule. A person counts for one rule, by the assignment that fills most;
 * rules with same_person take each person.
 */
void approval_count(struct json_object *rules, struct json_object *given,
    int64_t moment, int *count);

/*
 * The first rule that is not filled (it belongs to `rules`), or NULL if all are
 * filled. Rejections are not considered.
 */
struct json_object *approval_missing(
    struct json_object *rules, struct json_object *given, int64_t moment);

/* All rules are filled, and nobody rejected the plan. */
bool approval_is_complete(
    struct json_object *rules, struct json_object *given, int64_t moment);

/*
 * The reason for which an approval in force does not count: "disabled", "role"
 * or "expired"; NULL if it counts for a rule.
 */
const char *approval_void(
    struct json_object *rules, struct json_object *decision, int64_t moment);

/* The decision of that person (NULL: of anybody) and kind (NULL: any). */
struct json_object *approval_find(
    struct json_object *given, const char *by, const char *decision);

/* Somebody rejected the plan and has not withdrawn that. */
bool approval_is_rejected(struct json_object *given);

/*
 * A gate: its role, how many must approve, how many have approved, and whether
 * it is open: enough approvals, and no rejection.
 */
const char *approval_gate_role(const struct step *gate);
int approval_gate_count(const struct step *gate);
int approval_gate_given(const struct step *gate, struct json_object *given);
bool approval_is_gate_given(const struct step *gate, struct json_object *given);

#endif
