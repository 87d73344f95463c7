/*
 * approvals.h: the approval rules of a run, who has approved and whether that
 * counts; and its rehearsal.
 */
#ifndef WEB_VIEWS_APPROVALS_H
#define WEB_VIEWS_APPROVALS_H

#include "web/views/view.h"

/* {required, given, is_complete} for JSON.  A new object. */
struct json_object *approvals_model(struct view *v);

/*
 * {in, within_ms, run, missing, not_rehearsed: [ids]}, or NULL if the document
 * asks for none in this environment. A new object.
 */
struct json_object *approvals_rehearsal(struct view *v);

/*
 * The run is open and its plan lacks approvals, either by its state or because
 * an approval stopped counting.
 */
bool approvals_are_awaited(const struct view *v);

/* [{role, count, given, icon, people_text, …}]: the rules.  A new array. */
struct json_object *approvals_rules(struct view *v);

/*
 * Adds to a page the rules and their approvals, the rejection, the rehearsal,
 * and why this person does not bring the run on (people_add_ask()).
 */
void approvals_add(struct view *v, struct json_object *o);

#endif
