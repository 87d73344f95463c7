/* card_run.h: a step of a run, for pages and as JSON. */
#ifndef WEB_CARD_CARD_RUN_H
#define WEB_CARD_CARD_RUN_H

#include "web/views/view.h"

/* A step of a run for JSON (DESIGN section 8).  A new object. */
struct json_object *card_json(struct view *v, int step);

/* A step of a run for run.html.  A new object. */
struct json_object *card_page(struct view *v, int step);

/*
 * Adds icon and state_text; those of a probe that worked are its answer.
 */
void card_state(struct view *v, struct json_object *o, int step);

#endif
