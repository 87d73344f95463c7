/* card_attempt.h: the attempts of a step, for its card. */
#ifndef WEB_CARD_CARD_ATTEMPT_H
#define WEB_CARD_CARD_ATTEMPT_H

#include "web/views/view.h"

/*
 * The attempts that view_attempts() gives: as JSON, in their order; and for the
 * template _attempt, newest first.  New arrays.
 */
struct json_object *card_attempts_json(struct view *v, int step);
struct json_object *card_attempts_page(struct view *v, int step);

/* Adds the last attempt, and the earlier ones, newest first. */
void card_add_attempts(
    struct view *v, struct json_object *o, const struct view_step *s);

/*
 * The reason of a step's state for people: sentences instead of the words
 * "probe" and "nothing_to_undo".
 */
const char *card_reason(struct view *v, const struct view_step *s);

/* The statements, or items, that people skipped on a target, or NULL. */
const char *card_skipped(
    struct view *v, const struct view_step *s, struct json_object *target);

#endif
