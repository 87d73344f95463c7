/* fragments.h: rendered cards of steps that do not change for now. */
#ifndef WEB_CARD_FRAGMENTS_H
#define WEB_CARD_FRAGMENTS_H

#include "web/views/view.h"

struct fragments *fragments_new(void);
void fragments_free(struct fragments *f);

/*
 * The HTML of a step's card, for which card_may_change() is false and which has
 * no body. A new object, or NULL if rendering failed.
 */
struct json_object *fragments_card(struct view *v, int step);

#endif
