/* people.h: the people who may do what the reader may not. */
#ifndef WEB_CARD_PEOPLE_H
#define WEB_CARD_PEOPLE_H

#include "web/views/view.h"

/* The people with a role: "ana, bo", or a text that there are none. */
const char *people_with(struct req *req, const char *role);

/*
 * Those of them who may give the approval or the signature, by the rule of the
 * keeper: not their own work.  step -1: of the plan.  Or a text that there are
 * none.
 */
const char *people_for(
    struct view *v, enum verb verb, int step, const char *role);

/*
 * Adds to the page of a run "ask", the reason for which the reader does
 * not give the command that the run as a whole waits for; NULL: they may, or
 * nobody could.
 */
void people_add_ask(struct view *v, struct json_object *o);

#endif
