/*
 * draft_plan.c: the plan of a run that is created.
 *
 * Document and targets.yml are read here and parsed in a sandbox
 * (compile_ask.h).  The environment and its targets are asked for without the
 * document: a document that breaks into the parser could otherwise name other
 * hosts, or approve itself.  The plan names targets alone.
 * Secret values stay here: only lists, over which sections repeat, are handed
 * to the compiler.
 */
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/hash.h"
#include "keeper/plans/compile_ask.h"
#include "keeper/plans/draft_plan.h"
#include "lang/runbook_name.h"

#define DOCUMENT_MOST (1024 * 1024)

static const char *
environment_of(const struct command *c)
{
	return json_text(c->body, "environment", "");
}

static enum err
read_document(struct command *c, struct draft *d)
{
	const char *name = json_text(c->body, "runbook", "");
	enum err err = ERR_NOT_FOUND;
	char *file;

	if (runbook_name_refused(name) == NULL) {
		file = mem_printf("%s.md", name);
		err = io_read_beneath(
		    c->keeper->runbooks_dir, file, DOCUMENT_MOST, &d->text);
		free(file);
	}
	if (err == ERR_FORBIDDEN)
		return fault_set(&c->fault, err, "runbook_leads_out", "runbook",
		    "runbook_leads_out file=%.120s.md", name);
	if (err != ERR_OK)
		return fault_set(&c->fault, ERR_NOT_FOUND, "no_such_runbook",
		    "runbook", "refused_no_such_runbook name=%.120s", name);
	hash_hex(buf_text(&d->text), d->text.len, d->document);
	return ERR_OK;
}

static enum err
read_targets(struct command *c, struct draft *d)
{
	const char *folder = c->keeper->runbooks_dir;
	enum err err = io_read_beneath(
	    folder, "targets.yml", DOCUMENT_MOST, &d->targets);

	if (err == ERR_FORBIDDEN)
		return fault_set(&c->fault, err, "runbook_leads_out",
		    "environment", "runbook_leads_out file=targets.yml");
	return err == ERR_OK
	    ? err
	    : fault_set(&c->fault, ERR_INVALID, "no_targets", "environment",
		  "refused_targets_unreadable path=%s/targets.yml", folder);
}

static enum err
compile(struct command *c, struct draft *d, struct json_object *values)
{
	const struct compile_request r = { .kind = COMPILE_DOCUMENT,
		.document = buf_text(&d->text),
		.document_bytes = (int64_t)d->text.len,
		.targets = buf_text(&d->targets),
		.targets_bytes = (int64_t)d->targets.len,
		.folder = c->keeper->runbooks_dir,
		.environment = environment_of(c),
		.values = values };
	enum err err = compile_ask(c->keeper, &r, &d->answer, &c->fault);

	if (err == ERR_OK)
		d->plan = d->answer->plan;
	return err;
}

static enum err
find_environment(struct command *c, struct draft *d)
{
	const struct compile_answer *a;
	const char *name = environment_of(c);
	enum err err = compile_ask_targets(
	    c->keeper, &d->targets, &a, &c->fault);

	if (err != ERR_OK)
		return err;
	for (size_t i = 0; i < a->environments_count; i++)
		if (text_eq(a->environments[i].name, name))
			d->environment = &a->environments[i];
	return d->environment != NULL
	    ? ERR_OK
	    : fault_set(&c->fault, ERR_INVALID, "unknown_environment",
		  "environment", "unknown_environment name=%.64s", name);
}

enum err
draft_plan_open(struct command *c, struct draft *d)
{
	enum err err;

	if ((err = read_document(c, d)) == ERR_OK &&
	    (err = read_targets(c, d)) == ERR_OK &&
	    (err = compile(c, d, NULL)) == ERR_OK)
		err = find_environment(c, d);
	return err;
}

/* The values over which sections repeat: equal ones give an equal request. */
static struct json_object *
list_values(const struct draft *d)
{
	struct json_object *values = json_object_new_object();

	for (size_t i = 0; i < d->plan->lists_count; i++) {
		const char *name = d->plan->lists[i];
		const char *value = json_text(d->parameters, name, NULL);

		if (value != NULL)
			json_set_text(values, name, value);
	}
	return values;
}

static enum err
expand(struct command *c, struct draft *d)
{
	struct json_object *values;
	enum err err;

	if (d->plan->lists_count == 0)
		return ERR_OK;
	values = list_values(d);
	err = compile(c, d, values);
	json_object_put(values);
	return err;
}

/* An entry of the resolved targets, as targets.yml describes it; or NULL. */
static struct json_object *
target_of(const struct draft *d, const struct compile_use *u)
{
	struct json_object *all = d->environment->targets, *one = NULL;

	if (json_get(all, u->name) == NULL ||
	    json_object_deep_copy(json_get(all, u->name), &one, NULL) != 0)
		return NULL;
	if (u->way)
		json_set_bool(one, "way", true);
	return one;
}

/* The targets that the plan names, and the files that its requests send. */
static enum err
resolve(struct command *c, struct draft *d)
{
	d->resolved = json_object_new_object();
	for (size_t i = 0; i < d->answer->uses_count; i++) {
		struct json_object *one = target_of(d, &d->answer->uses[i]);

		if (one == NULL) {
			compile_forget(c->keeper, d->answer);
			return compile_failed(COMPILE_WRONG, &c->fault);
		}
		json_set(d->resolved, d->answer->uses[i].name, one);
	}
	return compile_files(c->keeper, d->plan, d->resolved, &c->fault);
}

enum err
draft_plan_finish(struct command *c, struct draft *d)
{
	enum err err = expand(c, d);

	if (err == ERR_OK)
		err = compile_refused(d->answer, &c->fault);
	return err == ERR_OK ? resolve(c, d) : err;
}
