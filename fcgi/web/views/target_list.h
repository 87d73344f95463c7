/*
 * target_list.h: the targets of a step as pages count and list them.
 */
#ifndef WEB_VIEWS_TARGET_LIST_H
#define WEB_VIEWS_TARGET_LIST_H

#include "web/views/view.h"

/* The states of a target, those that need a person first; ends with NULL. */
extern const char *const host_states[];

/* The place of a state among them. */
int host_rank(const char *state);

/* The last state of each target over all attempts, {name: state}; owned by
 * the request. */
struct json_object *card_target_status(struct view *v, int step);

/* How many targets have which state: {state: count}.  A new object. */
struct json_object *card_counts(struct json_object *latest);

/* The names for the head of a card: few, or the group and its size.  A new
 * reference. */
struct json_object *card_chips(
    struct view *v, const struct step *step, struct json_object *targets);

/* [{count, icon, state_text, url}] of counts; url is of the list of all.  A
 * new array. */
struct json_object *target_list_summary(
    struct req *req, struct json_object *counts, const char *url);

/* Leaves an attempt those targets that a card shows; adds hosts_url and
 * hosts_text, NULL where it shows all. */
void card_trim_targets(
    struct view *v, struct json_object *attempt, const struct step *step);

/* The buttons to try again: [{key, of, from, label, help, is_first}].  A
 * new array. */
struct json_object *card_retries(struct view *v, int step,
    struct json_object *counts, int64_t total, const char *label_all);

#endif
