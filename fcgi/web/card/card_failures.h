/* card_failures.h: why an attempt failed, in the words of its targets. */
#ifndef WEB_CARD_CARD_FAILURES_H
#define WEB_CARD_CARD_FAILURES_H

#include "web/views/view.h"

/*
 * Adds `failures`, equal ones as one: [{count, is_many, what, quote, names,
 * more_text}], the most frequent first.  `what` is the exit status or the
 * message, `quote` the last line of output or NULL, `names` some of the
 * targets.  Adds failures_rest, a text on those that are not in the list, and
 * is_of_one, if the attempt is on one target.  The attempt is of
 * view_attempts(); step is its step.
 */
void card_add_failures(struct view *v, struct json_object *o,
    struct json_object *attempt, const char *step);

#endif
