/*
 * draft.c: the parameters of a run while it is created or changed.
 *
 * Each value is checked by its parameter's rules.  Secret values are sealed to
 * the runner's key at once; the journal has the hash of the sealed box only.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "lang/expr.h"
#include "lang/list.h"
#include "base/hash.h"
#include "keeper/plans/draft.h"
#include "keeper/seal.h"
#include "lang/parameter_value.h"

void
draft_clear(struct draft *d)
{
	buf_clear(&d->text);
	buf_clear(&d->targets);
	json_object_put(d->compiled);
	json_object_put(d->resolved);
	json_object_put(d->parameters);
	json_object_put(d->sealed);
	json_object_put(d->boxes);
}

static enum err
seal_value(
    struct command *c, struct draft *d, const char *name, const char *value)
{
	struct buf box = { 0 };
	char hash[65], *hex;
	enum err err = seal_text(c->keeper->data_dir, value, &box);

	if (err != ERR_OK)
		return fault_set(&c->fault, ERR_UNAVAILABLE, "no_runner_key",
		    NULL, "refused_no_runner_key");
	hash_hex(box.data, box.len, hash);
	hex = mem_calloc(box.len * 2 + 1, 1);
	text_hex(box.data, box.len, hex);
	json_set_text(d->sealed, name, hash);
	json_set_text(d->boxes, name, hex);
	free(hex);
	buf_clear(&box);
	return ERR_OK;
}

struct lookup {
	struct draft *draft;
	const char *environment;
};

static const char *
draft_value(void *ctx, const char *name)
{
	struct lookup *l = ctx;

	if (strcmp(name, "environment") == 0)
		return l->environment;
	return json_text(l->draft->parameters, name, NULL);
}

bool
draft_asks(struct draft *d, const struct parameter *p, const char *environment)
{
	struct lookup l = { d, environment };
	bool holds = false;

	return p->when == NULL ||
	    (expr_eval(p->when, draft_value, &l, &holds) && holds);
}

static enum err
take(struct command *c, struct draft *d, const struct parameter *p,
    const char *value)
{
	struct buf scratch = { 0 };
	const char *why;
	enum err err = ERR_OK;

	/* an optional value that was emptied stays empty */
	if (value == NULL || (value[0] == '\0' && p->required))
		value = p->fallback;
	if (value == NULL || value[0] == '\0') {
		if (p->required)
			return fault_set(&c->fault, ERR_INVALID,
			    "missing_value", p->name,
			    "refused_missing_value name=%s", p->label);
		json_set_text(d->parameters, p->name, "");
		return ERR_OK;
	}
	if ((why = parameter_check_value(p, value, &scratch)) != NULL)
		err = fault_set(&c->fault, ERR_INVALID, "bad_value", p->name,
		    "refused_value name=%s reason=%s", p->label, why);
	else if (p->type == PARAMETER_SECRET) {
		json_set(d->parameters, p->name, NULL);
		err = seal_value(c, d, p->name, value);
	} else if (p->type == PARAMETER_LIST) {
		buf_reset(&scratch);
		list_join(value, &scratch);
		json_set_text(d->parameters, p->name, buf_text(&scratch));
	} else {
		json_set_text(d->parameters, p->name, value);
	}
	buf_clear(&scratch);
	return err;
}

enum err
draft_take(struct command *c, struct draft *d, const struct parameter *p,
    const char *value, struct json_object *fixed, const char *environment)
{
	const char *set = json_text(fixed, p->name, NULL), *why;
	struct buf scratch = { 0 };

	if (set == NULL)
		return take(c, d, p, value);
	if (value != NULL && value[0] != '\0' &&
	    !parameter_is_same(p, value, set))
		return fault_set(&c->fault, ERR_INVALID, "fixed_value", p->name,
		    "refused_fixed_value name=%s environment=%s value=%s",
		    p->label, environment, set);
	why = parameter_check_fixed(p, fixed, environment, &scratch);
	if (why != NULL)
		fault_set(
		    &c->fault, ERR_INVALID, "bad_value", p->name, "%s", why);
	buf_clear(&scratch);
	return why != NULL ? ERR_INVALID : take(c, d, p, set);
}

enum err
draft_check_names(
    struct command *c, const struct plan *plan, struct json_object *given)
{
	size_t i;

	if (given == NULL)
		return ERR_OK;
	json_object_object_foreach (given, name, value) {
		for (i = 0; i < plan->parameters_count; i++)
			if (strcmp(plan->parameters[i].name, name) == 0)
				break;
		if (i == plan->parameters_count)
			return fault_set(&c->fault, ERR_INVALID,
			    "unknown_parameter", name,
			    "refused_unknown_parameter name=%.60s", name);
		if (!json_object_is_type(value, json_type_string))
			return fault_set(&c->fault, ERR_INVALID, "wrong_type",
			    name, "refused_value_no_text name=%.60s", name);
	}
	return ERR_OK;
}

void
draft_begin(struct draft *d)
{
	d->parameters = json_object_new_object();
	d->sealed = json_object_new_object();
	d->boxes = json_object_new_object();
}

enum err
draft_store_boxes(struct command *c, const struct draft *d, int64_t run)
{
	enum err err = ERR_OK;

	json_object_object_foreach (d->boxes, name, hex) {
		size_t len = (size_t)json_object_get_string_len(hex) / 2;
		unsigned char *box = mem_calloc(len, 1);

		if (err == ERR_OK &&
		    text_unhex(json_object_get_string(hex), box, len))
			err = db_run(c->keeper->db, STMT_SEALED_SET, INT(run),
			    TEXT(name), BLOB(box, len));
		free(box);
	}
	return err;
}
