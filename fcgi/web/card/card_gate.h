/* card_gate.h: the card of a gate. */
#ifndef WEB_CARD_CARD_GATE_H
#define WEB_CARD_CARD_GATE_H

#include "web/views/view.h"

/*
 * A gate: who approves and who has (NULL: not a gate). The second has the
 * additions for its card. New objects.
 */
struct json_object *card_gate(struct view *v, int step);
struct json_object *card_gate_page(struct view *v, int step);

/* The reason for which the person cannot decide on an open request at a gate,
 * in words. */
const char *card_gate_blocked(struct view *v, int step);

#endif
