/* outcome.h: the outcomes of a page's steps (journal/outcome.h). */
#ifndef WEB_VIEWS_OUTCOME_H
#define WEB_VIEWS_OUTCOME_H

#include "web/views/view.h"

/* outcome_of_row() of a step of the page. */
const char *outcome_of(const struct view *v, const struct view_step *s);

/*
 * One state for all of them: the worst that needs a person, or the overall
 * result if all are settled.
 */
const char *tally_state(const struct tally *t);

/*
 * ["2 skipped", "1 skipped after failing", "3 left out"], without zeroes, in
 * the language of the request. A new array.
 */
struct json_object *tally_notes(const struct req *req, const struct tally *t);

/* The same of a run; hops that it does not take are left out. */
struct json_object *view_notes(const struct view *v);

#endif
