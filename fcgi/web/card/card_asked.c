/*
 * card_asked.c: the value that a task asks for.
 */
#include <string.h>

#include "base/text.h"
#include "lang/plan_scope.h"
#include "plan/step.h"
#include "web/card/card_asked.h"
#include "web/views/model.h"

/* The rule for the value, or NULL. */
static const char *
rule_of(struct req *req, const struct parameter *p)
{
	if (p->min != NULL && p->max != NULL)
		return request_fill(
		    req, "asked_range", "min", p->min, "max", p->max, NULL);
	if (p->min != NULL)
		return request_fill(req, "asked_min", "min", p->min, NULL);
	if (p->max != NULL)
		return request_fill(req, "asked_max", "max", p->max, NULL);
	if (p->pattern != NULL)
		return request_fill(
		    req, "asked_pattern", "pattern", p->pattern, NULL);
	return p->type == PARAMETER_NUMBER ? request_text(req, "asked_number")
					   : NULL;
}

void
card_add_asked(struct req *req, struct json_object *o, const struct step *step)
{
	struct parameter p;
	bool asks = step_asks(step, &p);

	model_text(o, "asked_label", asks ? p.label : NULL);
	model_text(o, "asked_rule", asks ? rule_of(req, &p) : NULL);
}

bool
card_shows_rule(const struct view *v, int step)
{
	struct parameter p;

	return step_asks(v->steps[step].step, &p) && p.message == NULL &&
	    view_may(v, VERB_step_confirm, step);
}

/* The form of this request was one of this step, and was refused. */
static bool
is_refused(const struct view *v, const struct step *step)
{
	return v->req->problem != NULL && v->req->verb == VERB_step_confirm &&
	    text_eq(v->req->step, step->id);
}

static struct json_object *
choices_of(const struct parameter *p)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < p->choices_count; i++) {
		struct json_object *o = json_object_new_object();

		model_text(o, "choice", p->choices[i]);
		json_object_array_add(list, o);
	}
	return list;
}

struct json_object *
card_asked(struct view *v, int i)
{
	const struct step *step = v->steps[i].step;
	struct json_object *o, *problem = v->req->problem;
	const char *error = NULL, *said;
	struct parameter p;

	if (!step_asks(step, &p))
		return NULL;
	if (is_refused(v, step) &&
	    text_eq(json_text(problem, "field", ""), "value"))
		error = json_text(problem, "message", "");
	said = p.message != NULL ? p.message : p.pattern;
	o = json_object_new_object();
	model_text(o, "name", p.name);
	model_text(o, "label", p.label);
	model_text(o, "rule",
	    error != NULL && said != NULL && strstr(error, said) != NULL ? NULL
		: p.message != NULL ? p.message
				    : rule_of(v->req, &p));
	model_bool(o, "is_pattern", p.pattern != NULL);
	model_text(
	    o, "field", arena_printf(v->req->arena, "value-%s", step->id));
	model_bool(o, "is_choice", p.type == PARAMETER_CHOICE);
	model_bool(o, "is_number", p.type == PARAMETER_NUMBER);
	model_put(o, "choices", choices_of(&p));
	model_text(o, "error", error);
	return o;
}

const char *
card_asked_value(struct view *v, int i)
{
	const struct view_step *s = &v->steps[i];
	struct plan_place place = { v->plan, s->step->section, view_value, v };
	struct parameter p;
	const char *value;

	if (!step_asks(s->step, &p) ||
	    !state_in(s->state, IN(CONFIRMED) | IN(AWAITING_SIGNATURE)) ||
	    (value = plan_value_at(&place, p.name)) == NULL)
		return NULL;
	return arena_printf(v->req->arena, "%s: %s", p.label, value);
}
