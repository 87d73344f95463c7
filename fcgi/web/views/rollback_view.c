/*
 * rollback_view.c: preview of a rollback of the run. The keeper computes the
 * same (journal/rollback.c) when the rollback begins, so the dialog is exact.
 */
#include "journal/rollback.h"
#include "web/views/model.h"
#include "web/views/rollback_view.h"

static enum part
part_of(void *ctx, int step)
{
	struct view *v = ctx;

	return v->steps[step].part;
}

static bool
is_listed(struct json_object *steps, int step)
{
	for (size_t i = 0; i < json_count(steps); i++)
		if (json_object_get_int(json_at(steps, i)) == step)
			return true;
	return false;
}

static struct json_object *
titles(struct view *v, struct json_object *steps, struct json_object *left_out)
{
	struct json_object *list = json_object_new_array(), *o;
	int step, undone;

	for (size_t i = 0; i < json_count(steps); i++) {
		step = json_object_get_int(json_at(steps, i));
		if (left_out != NULL && is_listed(left_out, step))
			continue;
		undone = v->steps[step].step->undo == NULL
		    ? -1
		    : runbook_cache_find_step(
			  v->entry, v->steps[step].step->undo);
		o = json_object_new_object();
		model_text(o, "id", v->steps[step].step->id);
		model_text(o, "title", view_title(v, step));
		model_text(o, "undo", v->steps[step].step->undo);
		model_text(
		    o, "undoes", undone < 0 ? NULL : view_title(v, undone));
		json_object_array_add(list, o);
	}
	return list;
}

static void
put(struct json_object *o, const char *name, const char *flag,
    struct json_object *list)
{
	model_bool(o, flag, json_count(list) > 0);
	model_put(o, name, list);
}

struct json_object *
rollback_model(struct view *v)
{
	struct rollback plan;
	struct json_object *o;

	if (v->rollback != NULL ||
	    run_authorize(VERB_run_rollback, &v->lifecycle, NULL,
		&v->req->actor, NULL) != ERR_OK)
		return v->rollback;
	rollback_plan(&(struct rollback_run){ .db = v->req->web->db,
			  .id = v->lifecycle.id,
			  .plan = v->plan,
			  .targets = json_get(v->run, "targets"),
			  .part = part_of,
			  .value = view_value,
			  .ctx = v },
	    &plan);
	o = v->rollback = request_own(v->req, json_object_new_object());
	model_bool(o, "possible", rollback_has_work(&plan));
	put(o, "steps", "has_steps", titles(v, plan.steps, plan.left_out));
	put(o, "not_undone", "has_not_undone", titles(v, plan.no_undo, NULL));
	put(o, "irreversible", "has_irreversible", titles(v, plan.final, NULL));
	rollback_clear(&plan);
	return o;
}
