/*
 * card_line.c: a step that is over, in one line.
 *
 * The head of a folded card is all that most readers see of a step: besides its
 * title, targets, duration and state it names the person and the time.  A step
 * that did not go well keeps its reason there, so that nobody has to unfold it.
 */
#include <inttypes.h>

#include "web/card/card_attempt.h"
#include "web/card/card_line.h"
#include "web/views/model.h"
#include "web/views/view_attempts.h"

/* It has come to its end, for now: somebody may have to act. */
static bool
is_over(const struct view_step *s)
{
	return state_in(s->state,
	    STATES_DONE | IN(FAILED) | IN(UNKNOWN) | IN(AWAITING_SIGNATURE));
}

/* The last attempt, or NULL where a person has settled the step. */
static struct json_object *
last_attempt(struct view *v, int step)
{
	const struct view_step *s = &v->steps[step];
	struct json_object *tries = view_attempts(v, step);
	size_t n = json_count(tries);

	return n == 0 || s->reason != NULL || s->state == STATE_SKIPPED
	    ? NULL
	    : json_at(tries, n - 1);
}

/* Of a step that failed, or is in doubt: the most frequent failure. */
static void
add_failure(struct view *v, struct json_object *o, const struct view_step *s)
{
	struct json_object *list = json_get(o, "failures"), *first;
	const char *message = json_text(o, "message", NULL);
	size_t n = json_count(list);

	if (n == 0) {
		model_text(o, "line_why",
		    message != NULL ? message : card_reason(v, s));
		return;
	}
	first = json_at(list, 0);
	model_text(o, "line_why",
	    json_flag(first, "is_many", false)
		? arena_printf(v->req->arena, "%" PRId64 " × %s",
		      json_int(first, "count", 0), json_text(first, "what", ""))
		: json_text(first, "what", ""));
	model_text(o, "line_quote", json_text(first, "quote", NULL));
}

void
card_add_line(struct view *v, struct json_object *o, int step)
{
	const struct view_step *s = &v->steps[step];
	struct json_object *last;

	if (!is_over(s) || view_is_excluded(s))
		return;
	last = last_attempt(v, step);
	model_text(
	    o, "line_by", last != NULL ? json_text(last, "by", NULL) : s->by);
	model_text(o, "line_at",
	    last != NULL ? json_text(last, "ended_at", NULL) : s->at);
	if (state_in(s->state, IN(FAILED) | IN(UNKNOWN)))
		add_failure(v, o, s);
	else
		model_text(o, "line_why",
		    s->state == STATE_SKIPPED ? s->reason : NULL);
}
