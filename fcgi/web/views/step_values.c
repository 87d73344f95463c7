/* step_values.c: the values that a step reads, as they are now. */
#include "journal/captured.h"
#include "lang/plan_scope.h"
#include "lang/step_reads.h"
#include "web/views/model.h"
#include "web/views/step_values.h"

static void
add_value(struct json_object *list, const struct step *step, const char *name,
    struct json_object *value, const char *target)
{
	struct json_object *o;

	if (!step_reads_value(step, name))
		return;
	o = json_object_new_object();
	model_text(o, "name", name);
	model_text(o, "target", target);
	model_put(o, "value", json_object_get(value));
	model_bool(o, "is_secret", value == NULL);
	json_object_array_add(list, o);
}

/* Values from earlier steps that differ between targets. */
static void
add_own(struct view *v, const struct step *step, struct json_object *list,
    struct json_object *common)
{
	struct json_object *all = request_own(v->req,
	    captured_by_target(
		v->req->web->db, v->lifecycle.id, v->plan, step));

	json_object_object_foreach (all, target, captured) {
		json_object_object_foreach (captured, name, value) {
			if (json_get(common, name) == NULL &&
			    step_reads_value(step, name))
				add_value(list, step, name, value, target);
		}
	}
}

struct json_object *
step_values(struct view *v, const struct step *step)
{
	struct json_object *list = json_object_new_array();
	struct json_object *parameters = json_get(v->run, "parameters");
	struct json_object *seen = request_own(
	    v->req, plan_visible(v->plan, step->section, v->variables));

	json_object_object_foreach (parameters, name, value) {
		if (json_get(seen, name) == NULL)
			add_value(list, step, name, value, NULL);
	}
	json_object_object_foreach (seen, key, captured) {
		add_value(list, step, key, captured, NULL);
	}
	add_own(v, step, list, seen);
	return list;
}
