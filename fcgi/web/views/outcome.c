/* outcome.c: the outcomes of a page's steps, and texts about their numbers. */
#include <inttypes.h>

#include "base/text.h"
#include "web/views/model.h"
#include "web/views/outcome.h"

const char *
outcome_of(const struct view *v, const struct view_step *s)
{
	return outcome_of_row(v->run,
	    &(struct outcome_row){ .part = s->part,
		.state = s->state,
		.by = s->by,
		.optional = s->step->optional,
		.attempts = s->attempts });
}

const char *
tally_state(const struct tally *t)
{
	if (t->failed || t->unknown || t->busy)
		return t->failed ? "failed"
		    : t->unknown ? "unknown"
				 : "running";
	if (t->total == 0)
		return t->skipped_optional > 0 ? "skipped_optional"
		    : t->left_out > 0          ? "excluded"
					       : "pending";
	if (tally_is_settled(t))
		return t->skipped_failed > 0 ? "skipped_failed"
		    : t->skipped > 0         ? "skipped"
					     : "succeeded";
	return t->not_done > 0 ? "not_done" : "pending";
}

static void
add_note(const struct req *req, struct json_object *list, const char *key,
    int64_t count)
{
	if (count > 0)
		json_object_array_add(list,
		    json_object_new_string(request_fill(req, key, "count",
			arena_printf(req->arena, "%" PRId64, count), NULL)));
}

struct json_object *
tally_notes(const struct req *req, const struct tally *t)
{
	struct json_object *list = json_object_new_array();

	add_note(req, list, "count_skipped", t->skipped);
	add_note(req, list, "count_skipped_failed", t->skipped_failed);
	add_note(req, list, "count_skipped_optional", t->skipped_optional);
	add_note(req, list, "count_left_out", t->left_out);
	return list;
}

struct json_object *
view_notes(const struct view *v)
{
	struct tally all = v->tally;

	all.left_out += v->not_taken;
	return tally_notes(v->req, &all);
}
