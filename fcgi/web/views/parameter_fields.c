/*
 * parameter_fields.c: the fields of a form for the parameters of a runbook,
 * with their values and errors (templates/_parameters.html).
 */
#include "base/text.h"
#include "lang/parameter_value.h"
#include "lang/plan_scope.h"
#include "web/views/model.h"
#include "web/views/parameter_fields.h"

const char *
parameter_field_name(struct req *req, const struct parameter *p)
{
	return arena_printf(req->arena, "param_%s", p->name);
}

/* Some environment decides on its value. */
static bool
is_fixed(const struct filling *f, const struct parameter *p)
{
	size_t n = p->type == PARAMETER_SECRET || f->environments == NULL
	    ? 0
	    : json_count(f->environments);

	for (size_t i = 0; i < n; i++)
		if (json_get(json_get(json_at(f->environments, i), "values"),
			p->name) != NULL)
			return true;
	return false;
}

static const char *
value_of(const struct filling *f, const struct parameter *p)
{
	const char *name = parameter_field_name(f->req, p);

	if (f->posted)
		return request_field(f->req, name);
	if (p->type == PARAMETER_SECRET)
		return "";
	if (f->old != NULL)
		return json_text(f->old, p->name, "");
	if (json_get(f->proposed, p->name) != NULL && !is_fixed(f, p))
		return json_text(f->proposed, p->name, "");
	return p->fallback != NULL && !is_fixed(f, p) ? p->fallback : "";
}

/* The error of the value (arena), or NULL. */
static const char *
check(const struct filling *f, const struct parameter *p, const char *value)
{
	struct buf scratch = { 0 };
	const char *why = NULL;

	if (*value == '\0' && p->required && f->old == NULL &&
	    p->when == NULL && p->type != PARAMETER_BOOL && !is_fixed(f, p))
		why = request_text(f->req, "value_needed");
	else if (*value != '\0')
		why = request_message(
		    f->req, parameter_check_value(p, value, &scratch));
	buf_clear(&scratch);
	return why;
}

static void
add_choice(struct json_object *list, const char *choice, const char *value)
{
	struct json_object *o = json_object_new_object();

	model_text(o, "value", choice);
	model_bool(o, "is_selected", text_eq(choice, value));
	json_object_array_add(list, o);
}

/* The items of a list that have labels. */
static struct json_object *
labels_of(const struct parameter *p)
{
	struct json_object *list = json_object_new_array(), *o;

	for (size_t i = 0; i < p->labels_count; i++) {
		o = json_object_new_object();
		model_text(o, "id", p->labels[i].id);
		model_text(o, "text", p->labels[i].text);
		json_object_array_add(list, o);
	}
	return list;
}

/* A flag that an environment may decide on has three choices: none as well. */
static struct json_object *
choices_of(const struct parameter *p, const char *value)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < p->choices_count; i++)
		add_choice(list, p->choices[i], value);
	if (p->type == PARAMETER_BOOL) {
		add_choice(list, "true", value);
		add_choice(list, "false", value);
	}
	return list;
}

/*
 * The field names the values on which environments decide, and may be left
 * empty.  There is none if all environments decide on it.
 */
static void
add_fixed(struct filling *f, struct json_object *o, const struct parameter *p)
{
	struct json_object *list = json_object_new_array(), *one;
	size_t n = is_fixed(f, p) ? json_count(f->environments) : 0;
	size_t count;

	for (size_t i = 0; i < n; i++) {
		struct json_object *e = json_at(f->environments, i);
		const char *value = json_text(
		    json_get(e, "values"), p->name, NULL);

		if (value == NULL)
			continue;
		one = json_object_new_object();
		model_text(one, "label", json_text(e, "label", ""));
		model_text(one, "value", value);
		json_object_array_add(list, one);
	}
	count = json_count(list);
	model_put(o, "fixed", list);
	model_bool(o, "has_fixed", count > 0);
	model_bool(o, "is_fixed", count > 0 && count == n);
}

static struct json_object *
parameter_model(struct filling *f, const struct parameter *p)
{
	struct json_object *o = json_object_new_object();
	const char *value = value_of(f, p), *error = NULL;
	bool secret = p->type == PARAMETER_SECRET;
	bool list = p->type == PARAMETER_LIST;
	bool fixed = is_fixed(f, p);
	bool flag = p->type == PARAMETER_BOOL;
	bool long_text = list || (p->type == PARAMETER_TEXT && p->multiline);

	if (f->posted && (error = check(f, p, value)) != NULL)
		f->wrong = true;
	model_text(o, "name", p->name);
	model_text(o, "label", p->label);
	model_text(o, "help", p->help);
	model_text(o, "fallback", p->fallback);
	model_text(o, "pattern", secret ? NULL : p->pattern);
	model_text(o, "value", secret ? "" : value);
	model_text(o, "when", p->when);
	model_bool(o, "is_text", p->type == PARAMETER_TEXT && !long_text);
	model_bool(o, "is_multiline", long_text);
	model_bool(o, "is_list", list);
	model_bool(o, "is_number", p->type == PARAMETER_NUMBER);
	model_bool(o, "is_bool", flag && !fixed);
	model_bool(o, "is_checked", text_eq(value, "true"));
	model_bool(o, "is_secret", secret);
	model_bool(
	    o, "is_choice", p->type == PARAMETER_CHOICE || (flag && fixed));
	model_bool(o, "required",
	    p->required && p->when == NULL && !fixed &&
		!(secret && f->old != NULL));
	add_fixed(f, o, p);
	model_put(o, "choices", choices_of(p, value));
	model_put(o, "labels", labels_of(p));
	model_bool(o, "is_open", *value == '\0' || !p->required);
	model_text(o, "again",
	    secret && f->posted ? request_text(f->req, "secret_again") : NULL);
	model_text(o, "error", error);
	return o;
}

struct json_object *
parameter_fields(struct filling *f, const struct plan *plan)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < plan->parameters_count; i++) {
		const struct parameter *p = &plan->parameters[i];

		if (f->old != NULL &&
		    (plan_shapes(plan, p->name) ||
			json_get(f->fixed, p->name) != NULL))
			f->shaped = true;
		else
			json_object_array_add(list, parameter_model(f, p));
	}
	return list;
}
