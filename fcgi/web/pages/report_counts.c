/*
 * report_counts.c: how many steps of a run came to what, for its report.
 *
 * A reader adds the numbers up: done and the others of a row make its total,
 * and steps that the total does not have stand apart.  The run page names the
 * exceptions alone, as it shows the steps themselves.
 */
#include "web/pages/report_counts.h"
#include "web/pages/report_results.h"
#include "web/views/model.h"

static void
add_note(struct view *v, struct json_object *notes, const char *key, int count)
{
	if (count > 0)
		json_object_array_add(notes,
		    json_object_new_string(
			report_number(v->req, key, "count", count)));
}

/* The steps of the total that are not done; `over`: no more will be. */
static struct json_object *
notes_of(struct view *v, const struct tally *t, bool over)
{
	struct json_object *notes = tally_notes(v->req,
	    &(struct tally){
		.skipped = t->skipped, .skipped_failed = t->skipped_failed });
	int rest = t->total - t->done - t->skipped - t->skipped_failed -
	    t->failed - t->unknown;

	add_note(v, notes, "count_steps_failed", t->failed);
	add_note(v, notes, "count_steps_unknown", t->unknown);
	add_note(v, notes, over ? "count_not_done" : "count_to_do", rest);
	return notes;
}

/* "Not counted: 1 optional, not done · 2 left out"; NULL: all are counted. */
static const char *
beside_text(struct view *v, const struct tally *t, int not_taken)
{
	struct json_object *notes = request_own(v->req,
	    tally_notes(v->req,
		&(struct tally){ .skipped_optional = t->skipped_optional,
		    .left_out = t->left_out + not_taken }));
	const char *all = "";

	for (size_t i = 0; i < json_count(notes); i++)
		all = arena_printf(v->req->arena, "%s%s%s", all,
		    i > 0 ? " · " : "",
		    json_object_get_string(json_at(notes, i)));
	return *all == '\0'
	    ? NULL
	    : request_fill(v->req, "report_not_counted", "notes", all, NULL);
}

static struct json_object *
count_row(struct view *v, bool back, const struct tally *t, int not_taken)
{
	struct json_object *o = json_object_new_object();
	bool over = json_get(v->run, "ended_at") != NULL ||
	    (!back && v->lifecycle.mode == PART_ROLLBACK);

	model_text(o, "text", tally_text(v->req, back, t->done, t->total));
	model_put(o, "notes", notes_of(v, t, over));
	model_text(o, "beside_text", beside_text(v, t, not_taken));
	return o;
}

struct json_object *
report_counts(struct view *v)
{
	struct json_object *rows = json_object_new_array();

	json_object_array_add(
	    rows, count_row(v, false, &v->forward, v->not_taken));
	if (v->lifecycle.mode == PART_ROLLBACK)
		json_object_array_add(rows, count_row(v, true, &v->tally, 0));
	return rows;
}
