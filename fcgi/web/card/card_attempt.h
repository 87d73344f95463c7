/* card_attempt.h: the attempts of a step, for its card. */
#ifndef WEB_CARD_CARD_ATTEMPT_H
#define WEB_CARD_CARD_ATTEMPT_H

#include "web/views/view.h"

/* Adds the last attempt, and the earlier ones, newest first. */
void card_add_attempts(
    struct view *v, struct json_object *o, const struct view_step *s);

/*
 * The reason of a step's state for people: of a probe its answer instead of the
 * word "probe".
 */
const char *card_reason(struct view *v, const struct view_step *s);

/* The statements, or items, that people skipped on a target, or NULL. */
const char *card_skipped(
    struct view *v, const struct view_step *s, struct json_object *target);

#endif
