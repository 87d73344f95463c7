/* card_targets.h: the targets of a step, counted and listed. */
#ifndef WEB_CARD_CARD_TARGETS_H
#define WEB_CARD_CARD_TARGETS_H

#include "web/views/view.h"

/* The states of a target, those that need a person first; NULL-terminated. */
extern const char *const host_states[];

/*
 * The number of targets in each state, {state: count}: the last result of each
 * over all attempts counts.  A new object.
 */
struct json_object *card_counts(struct view *v, int step);

/* The names for the head of a card: few, or the group and its size.  A new
 * reference. */
struct json_object *card_chips(
    struct view *v, const struct step *step, struct json_object *targets);

/* [{count, icon, state_text, url, x, width}] of counts; url is of the list of
 * all, x and width are the place in a bar of 1,000 units.  A new array. */
struct json_object *target_list_summary(
    struct req *req, struct json_object *counts, const char *url);

/*
 * Trims an attempt's targets to those that a card shows; adds hosts_url and
 * hosts_text, NULL if it shows all.
 */
void card_trim_targets(
    struct view *v, struct json_object *attempt, const struct step *step);

/* Some of an attempt's targets succeeded, and others did not, or not yet. */
bool card_is_mixed(struct json_object *attempt);

/* The retry buttons: [{key, of, from, label, help, is_first}].  A new array. */
struct json_object *card_retries(struct view *v, int step,
    struct json_object *counts, int64_t total, const char *label_all);

#endif
