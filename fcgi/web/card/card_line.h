/* card_line.h: a step that is over, in one line. */
#ifndef WEB_CARD_CARD_LINE_H
#define WEB_CARD_CARD_LINE_H

#include "web/views/view.h"

/*
 * Adds to the card of a step who ended it and when (line_by, line_at; NULL for
 * a step that is not over), and the reason if it did not go well: line_why, and
 * line_quote, what its program said last.  The card has its attempts and its
 * state.
 */
void card_add_line(struct view *v, struct json_object *o, int step);

#endif
