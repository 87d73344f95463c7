/*
 * approvals.h: what the rules of a run ask for, who has approved, and whether
 * that counts; and its rehearsal.
 */
#ifndef WEB_VIEWS_APPROVALS_H
#define WEB_VIEWS_APPROVALS_H

#include "web/views/view.h"

/* {required, given, is_complete} as JSON has it.  A new object. */
struct json_object *approvals_model(struct view *v);

/* {in, within_ms, run, missing, not_rehearsed: [ids]}, or NULL where the
 * document asks for none in this environment.  A new object. */
struct json_object *approvals_rehearsal(struct view *v);

/* The run is open, and its plan does not have what the rules ask for, whether
 * its state says so or an approval stopped counting. */
bool approvals_are_awaited(const struct view *v);

/* Adds to a page the rules with how far they are filled, who rejected the
 * plan, why this person cannot approve it, and the rehearsal. */
void approvals_add(struct view *v, struct json_object *o);

#endif
