/* card_asked.h: the value that a task asks for. */
#ifndef WEB_CARD_CARD_ASKED_H
#define WEB_CARD_CARD_ASKED_H

#include "web/views/view.h"

/*
 * The field of the step's form, with what a refused one had and why it was
 * refused; NULL: the step asks for no value.
 */
struct json_object *card_asked(struct view *v, int step);

/* "label: value" of the value that the step has; NULL: it has none. */
const char *card_asked_value(struct view *v, int step);

/* Adds asked_label and asked_rule: what values it accepts; NULL: any. */
void card_add_asked(
    struct req *req, struct json_object *o, const struct step *step);

/* The reader has the field before them, and the rule stands there. */
bool card_shows_rule(const struct view *v, int step);

#endif
