/*
 * outcome.c: how steps stand, told apart.
 *
 * A step that failed on eight of 300 targets and was skipped is settled, as
 * nothing more will happen to it; it is not done.  So what is counted as done
 * is what succeeded or was confirmed, and the rest is said beside it.
 */
#include <inttypes.h>

#include "base/text.h"
#include "web/model.h"
#include "web/outcome.h"

/* Nobody will press it any more: the run is over, or goes the other way. */
static bool
is_passed_by(const struct view *v, const struct view_step *s)
{
	if (json_get(v->run, "ended_at") != NULL)
		return true;
	return text_eq(v->life.mode, "rollback") && text_eq(s->part, "main");
}

const char *
outcome_of(const struct view *v, const struct view_step *s)
{
	if (view_is_excluded(s))
		return "excluded";
	if (text_eq(s->state, "skipped") && s->attempts > 0)
		return "skipped_failed";
	if ((text_eq(s->state, "pending") || text_eq(s->state, "ready")) &&
	    is_passed_by(v, s))
		return "not_done";
	return s->state;
}

void
tally_add(struct tally *t, const char *outcome)
{
	if (text_eq(outcome, "excluded")) {
		t->left_out++;
		return;
	}
	t->total++;
	t->done += text_eq(outcome, "succeeded") ||
	    text_eq(outcome, "confirmed");
	t->skipped += text_eq(outcome, "skipped");
	t->skipped_failed += text_eq(outcome, "skipped_failed");
	t->not_done += text_eq(outcome, "not_done");
	t->failed |= text_eq(outcome, "failed");
	t->unknown |= text_eq(outcome, "unknown");
	t->busy |= life_is_busy(outcome);
}

bool
tally_is_settled(const struct tally *t)
{
	return t->done + t->skipped + t->skipped_failed == t->total;
}

const char *
tally_state(const struct tally *t)
{
	if (t->failed || t->unknown || t->busy)
		return t->failed ? "failed" : t->unknown ? "unknown" :
		    "running";
	if (t->total == 0)
		return t->left_out > 0 ? "excluded" : "pending";
	if (tally_is_settled(t))
		return t->skipped_failed > 0 ? "skipped_failed" :
		    t->skipped > 0 ? "skipped" : "succeeded";
	return t->not_done > 0 ? "not_done" : "pending";
}

static void
add_note(const struct req *req, struct json_object *list, const char *key,
    const char *fallback, int64_t count)
{
	if (count > 0)
		json_object_array_add(list, json_object_new_string(
		    request_fill(req, key, fallback, "count",
		    arena_printf(req->arena, "%" PRId64, count), NULL)));
}

struct json_object *
tally_notes(const struct req *req, int64_t skipped, int64_t skipped_failed,
    int64_t left_out)
{
	struct json_object *list = json_object_new_array();

	add_note(req, list, "count_skipped", "{count} skipped", skipped);
	add_note(req, list, "count_skipped_failed",
	    "{count} skipped after failing", skipped_failed);
	add_note(req, list, "count_left_out", "{count} left out", left_out);
	return list;
}
