/*
 * with_value.c: the values that a step has from targets of with=, in braces.
 *
 * The run has the names of secrets alone, so a secret cannot be shown here.
 */
#include "base/text.h"
#include "lang/step_reads.h"
#include "lang/target_variables.h"
#include "web/views/model.h"
#include "web/views/with_value.h"

struct search {
	struct req *req;
	const char *name;
	const char *found;
	bool secret;
};

struct listing {
	const struct step *step;
	struct json_object *list;
};

static struct json_object *
with_targets(struct view *v, const struct step *step)
{
	struct json_object *with = request_own(
	    v->req, json_object_new_object());

	for (size_t i = 0; i < step->with_targets_count; i++)
		json_set(with, step->with[i],
		    target_given(
			json_get(v->run, "targets"), step->with_targets[i]));
	return with;
}

static void
take(void *ctx, const char *target, const char *name, const char *value,
    bool secret)
{
	struct search *s = ctx;

	(void)target;
	if (!text_eq(s->name, name))
		return;
	s->found = arena_strdup(s->req->arena, value);
	s->secret = secret;
}

const char *
with_value(
    struct view *v, const struct step *step, const char *name, bool *ret_secret)
{
	struct search s = { .req = v->req, .name = name };

	if (text_starts(name, "cs_"))
		target_values(with_targets(v, step), take, &s);
	*ret_secret = s.secret;
	return s.found;
}

static void
add_variable(void *ctx, const char *target, const char *name, const char *value,
    bool secret)
{
	struct json_object *list = ctx, *o = json_object_new_object();

	model_text(o, "name", name);
	model_text(o, "target", target);
	model_text(o, "value", secret ? NULL : value);
	model_bool(o, "is_secret", secret);
	json_object_array_add(list, o);
}

static void
add_read(void *ctx, const char *target, const char *name, const char *value,
    bool secret)
{
	const struct listing *l = ctx;

	if (step_reads_value(l->step, name))
		add_variable(l->list, target, name, value, secret);
}

/* A script has all variables; another step has the values that it reads. */
void
with_list(struct view *v, const struct step *step, struct json_object *list)
{
	struct json_object *with = with_targets(v, step);
	struct listing l = { step, list };

	if (kind_is(step->kind, KIND_SCRIPT))
		target_variables(
		    with, text_eq(step->on, "local"), add_variable, list);
	else
		target_values(with, add_read, &l);
}
