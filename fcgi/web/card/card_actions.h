/* card_actions.h: the possible actions of a run and of its steps. */
#ifndef WEB_CARD_CARD_ACTIONS_H
#define WEB_CARD_CARD_ACTIONS_H

#include "web/views/view.h"

/*
 * Adds the buttons of a step on these targets, of which `counts` has the
 * states, or why there are none.
 */
void card_add_actions(struct view *v, struct json_object *o, int step,
    struct json_object *targets, struct json_object *counts);

/* The words of its button: what it does, and where. */
const char *card_label(struct view *v, int step);

/*
 * False for a step that is over or not reached yet: it has no actions, and its
 * card is the same until its row changes.
 */
bool card_may_change(const struct view *v, int step);

/* The possible verbs, by name, for JSON.  A new array. */
struct json_object *card_can_run(struct view *v);
struct json_object *card_can_step(const struct view *v, int step);

#endif
