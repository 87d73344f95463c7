/*
 * outcome.h: how steps stand, told apart: done, skipped, skipped after a
 * failure, left out, never reached.
 */
#ifndef WEB_OUTCOME_H
#define WEB_OUTCOME_H

#include "web/view.h"

/*
 * The step's state, or, where that says too little: "excluded" (left out by a
 * condition), "skipped_failed" (a person skipped it after it had not
 * succeeded), "not_done" (the run ended, or is rolled back, before it).
 */
const char	*outcome_of(const struct view *v, const struct view_step *s);

/* Counts one step by its outcome. */
void		 tally_add(struct tally *t, const char *outcome);

/* All steps that belong to the run are settled, one way or the other. */
bool		 tally_is_settled(const struct tally *t);

/* The one state that stands for all of them: the worst of those that need a
 * person, or how it went where all are settled. */
const char	*tally_state(const struct tally *t);

/* ["2 skipped", "1 skipped after failing", "3 left out"], only what there
 * is, in the language of the request.  A new array. */
struct json_object *tally_notes(const struct req *req, int64_t skipped,
		    int64_t skipped_failed, int64_t left_out);

#endif
