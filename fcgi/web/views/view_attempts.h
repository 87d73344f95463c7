/* view_attempts.h: the attempts of a step, with their targets. */
#ifndef WEB_VIEWS_VIEW_ATTEMPTS_H
#define WEB_VIEWS_VIEW_ATTEMPTS_H

#include "web/views/view.h"

/*
 * The newest attempts of the step below number v->below, at most VIEW_ATTEMPTS:
 * the last stands last. Loaded once; NULL: none.  Each has VIEW_TARGETS of its
 * "targets" at most, those that need a person, in the order of names;
 * "targets_count" is the number of all, and "targets_url" the list of all, or
 * null.
 */
#define VIEW_ATTEMPTS 50
#define VIEW_TARGETS 50
struct json_object *view_attempts(struct view *v, int step);

/* An attempt of view_attempts() lacks some of its targets. */
bool view_is_cut(struct json_object *attempt);

/* The address of the attempts before those; NULL: there are none. */
const char *view_earlier_url(struct view *v, int step);

/* The attempt of that number, or NULL: it is not among them. */
struct json_object *view_attempt(struct view *v, int step, int64_t n);

/* The attempt of that number is of a probe, and has answered. */
bool view_is_answered(struct view *v, const struct view_step *s, int64_t n);

#endif
