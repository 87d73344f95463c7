/*
 * job_spec.c: reads the job spec strictly from standard input's text.
 *
 * Tables of keys define the allowed keys; any other key is an error, since
 * unexpected keys are a known way to attack such programs.  Names that become
 * environment variables or file names are checked again here although the
 * keeper and the runner did so: this process is the last one that can.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "executor/output/artifact_input.h"
#include "executor/job_spec.h"
#include "executor/job_spec_read.h"
#include "wire/exec.h"

/* clang-format off */
static const struct json_key job_spec_keys[] = {
	{ "exec",		json_type_string,	true },
	{ "run",		json_type_string,	false },
	{ "step",		json_type_object,	true },	/* plan/step.def */
	{ "dry_run",		json_type_boolean,	false },
	{ "compare",		json_type_object,	false },
	{ "values",		json_type_object,	false },
	{ "secrets",		json_type_object,	false },
	{ "mask",		json_type_array,	false },
	{ "environment",	json_type_string,	false },
	{ "local",		json_type_object,	false },
	{ "targets",		json_type_array,	true },
	{ "hosts",		json_type_object,	false },
	{ "artifacts",		json_type_object,	false },
	{ "seen",		json_type_object,	false },
	{ "undo",		json_type_object,	false },
	{ "needs",		json_type_object,	false },
	{ "users",		json_type_array,	false },
	{ "files",		json_type_object,	false },
	{ "seal_to",		json_type_string,	false },
	{ "output_limit",	json_type_int,		false },
	{ "parallel",		json_type_int,		false },
	{ "own",		json_type_object,	false },
	{ "lacks",		json_type_object,	false },
	{ "numbers",		json_type_array,	false },
	{ "from_statement",	json_type_object,	false },
	{ "skipped",		json_type_object,	false },
	{ NULL, 0, false },
};

static const struct json_key local_keys[] = {
	{ "kind",		json_type_string,	false },
	{ "shared",		json_type_boolean,	false },
	{ "user",		json_type_string,	false },
	{ "production",		json_type_boolean,	false },
	{ "unconfined",		json_type_boolean,	false },
	{ "forbidden",		json_type_boolean,	false },
	{ "way",		json_type_boolean,	false },
	{ NULL, 0, false },
};

/* clang-format on */

bool
job_spec_is_user(const char *s)
{
	size_t n;

	if (*s == '\0' || *s == '-' || *s == '.')
		return false;
	n = strspn(s,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789._-");
	return s[n] == '\0' && n <= 64;
}

static enum err
check_captures(const struct step *step, struct fault *fault)
{
	for (size_t i = 0; i < step->captures_count; i++) {
		const struct capture *c = &step->captures[i];

		if (!text_is_name(c->name))
			return job_spec_wrong(
			    fault, "captures", "has a wrong name");
		if (c->how != CAPTURE_WHOLE && c->what == NULL)
			return job_spec_wrong(
			    fault, "captures", "says not how");
	}
	return ERR_OK;
}

/* The artifacts that the output is compared with. */
static enum err
read_compared(struct job_spec *o, struct fault *fault)
{
	if (o->step.same_as == NULL)
		return ERR_OK;
	if (o->step.artifact == NULL)
		return job_spec_wrong(fault, "same_as", "keeps nothing");
	return artifact_input_read_files(json_get(o->root, "compare"), NULL,
	    &o->same, &o->compare_count, fault);
}

static enum err
read_artifacts(struct job_spec *o, struct json_object *all, struct fault *fault)
{
	enum err err = ERR_OK;

	if (all == NULL)
		return ERR_OK;
	json_object_object_foreach (all, name, files) {
		if (err == ERR_OK)
			err = artifact_input_read_files(files, name,
			    &o->artifacts, &o->artifacts_count, fault);
	}
	return err;
}

static enum err
read_step(struct job_spec *o, struct json_object *json, struct fault *fault)
{
	struct step *step = &o->step;
	enum err err = step_read(STEP_IN_JOB, json, o->arena, step, fault);

	if (err != ERR_OK)
		return err;
	if (!kind_is(step->kind, KIND_EXECUTED))
		return job_spec_wrong(
		    fault, "kind", "is none that can be executed");
	o->interpreter = kind_interpreter(step->kind);
	if (step->user != NULL && !job_spec_is_user(step->user))
		return job_spec_wrong(
		    fault, "user", "is not the name of a user");
	if ((step->pty || step->answers != NULL) &&
	    (o->interpreter == NULL || !step->pty))
		return job_spec_wrong(fault, "pty",
		    "is for scripts, and answers "
		    "are for pty");
	if (step->exit_count == 0)
		step->exit[step->exit_count++] = 0;
	err = check_captures(step, fault);
	return err == ERR_OK ? read_compared(o, fault) : err;
}

/* Adds the entries of one object of values; secrets are also redacted. */
static enum err
read_values(struct job_spec *o, struct json_object *values, bool secret,
    struct fault *fault)
{
	if (values == NULL)
		return ERR_OK;
	o->values = mem_realloc(o->values,
	    o->values_count + (size_t)json_object_object_length(values) + 1,
	    sizeof(o->values[0]));
	o->mask = mem_realloc(o->mask,
	    o->mask_count + (size_t)json_object_object_length(values) + 1,
	    sizeof(o->mask[0]));
	json_object_object_foreach (values, name, v) {
		if (!text_is_name(name) ||
		    !json_object_is_type(v, json_type_string))
			return job_spec_wrong(fault,
			    secret ? "secrets" : "values",
			    "has a wrong name or a value that is no text");
		o->values[o->values_count++] = (struct job_spec_value){ name,
			json_object_get_string(v) };
		if (secret)
			o->mask[o->mask_count++] = json_object_get_string(v);
	}
	return ERR_OK;
}

/* The settings of targets.yml for steps on this machine. */
static enum err
read_local(struct job_spec *o, struct fault *fault)
{
	struct json_object *local = json_get(o->root, "local");
	enum err err;

	if (local == NULL)
		return ERR_OK;
	if ((err = json_check(local, local_keys, fault)) != ERR_OK)
		return err;
	o->local_user = job_spec_text(local, "user");
	o->local_production = json_flag(local, "production", false);
	o->local_unconfined = json_flag(local, "unconfined", false);
	o->local_forbidden = json_flag(local, "forbidden", false);
	if (o->local_user != NULL && !job_spec_is_user(o->local_user))
		return job_spec_wrong(fault, "local", "has no name of a user");
	return ERR_OK;
}

static enum err
read_mask(struct job_spec *o, struct json_object *list, struct fault *fault)
{
	size_t n = job_spec_length(list);

	o->mask = mem_realloc(
	    o->mask, o->mask_count + n + 1, sizeof(o->mask[0]));
	for (size_t i = 0; i < n; i++) {
		struct json_object *v = json_object_array_get_idx(list, i);

		if (!json_object_is_type(v, json_type_string))
			return job_spec_wrong(
			    fault, "mask", "has what is no text");
		o->mask[o->mask_count++] = json_object_get_string(v);
	}
	return ERR_OK;
}

static enum err
read_seal(struct job_spec *o, struct fault *fault)
{
	const char *key = job_spec_text(o->root, "seal_to");

	o->sealed = key != NULL;
	if (o->sealed &&
	    (strlen(key) != 2 * sizeof(o->seal_to) ||
		!text_unhex(key, o->seal_to, sizeof(o->seal_to))))
		return job_spec_wrong(fault, "seal_to", "is not a key");
	if (o->sealed &&
	    (o->step.artifact != NULL || o->step.captures_count > 0 ||
		o->step.interactive))
		return job_spec_wrong(fault, "seal_to",
		    "is for output that "
		    "nothing is taken from");
	return ERR_OK;
}

static enum err
read_bounds(struct job_spec *o, struct fault *fault)
{
	int64_t parallel = json_int(o->root, "parallel", EXEC_PARALLEL);

	o->output_limit = json_int(o->root, "output_limit", EXEC_OUTPUT_LIMIT);
	if (o->output_limit < 16 * 1024 || o->output_limit > (1LL << 40))
		return job_spec_wrong(
		    fault, "output_limit", "is out of bounds");
	if (parallel < 1 || parallel > 1000)
		return job_spec_wrong(fault, "parallel", "is out of bounds");
	o->parallel = (int)parallel;
	if (strlen(o->exec) != 2 * EXEC_ID_BYTES ||
	    strspn(o->exec, "0123456789abcdef") != 2 * EXEC_ID_BYTES)
		return job_spec_wrong(fault, "exec", "is not 32 hex digits");
	return ERR_OK;
}

enum err
job_spec_parse(
    const char *text, size_t len, struct job_spec *ret, struct fault *fault)
{
	struct job_spec o = { .arena = arena_new() };
	enum err err;

	if ((err = json_read(text, len, &o.root, fault)) != ERR_OK ||
	    (err = json_check(o.root, job_spec_keys, fault)) != ERR_OK)
		goto out;
	o.exec = json_text(o.root, "exec", "");
	o.run = job_spec_text(o.root, "run");
	o.files = json_get(o.root, "files");
	o.dry_run = json_flag(o.root, "dry_run", false);
	o.environment = job_spec_text(o.root, "environment");
	o.own = json_get(o.root, "own");
	o.lacks = json_get(o.root, "lacks");
	o.numbers = json_get(o.root, "numbers");
	o.from_statement = json_get(o.root, "from_statement");
	o.skipped = json_get(o.root, "skipped");
	if ((err = read_bounds(&o, fault)) != ERR_OK ||
	    (err = read_step(&o, json_get(o.root, "step"), fault)) != ERR_OK ||
	    (err = read_seal(&o, fault)) != ERR_OK ||
	    (err = read_local(&o, fault)) != ERR_OK ||
	    (err = read_values(&o, json_get(o.root, "values"), false, fault)) !=
		ERR_OK ||
	    (err = read_values(&o, json_get(o.root, "secrets"), true, fault)) !=
		ERR_OK ||
	    (err = read_mask(&o, json_get(o.root, "mask"), fault)) != ERR_OK ||
	    (err = job_read_targets(&o, json_get(o.root, "targets"), fault)) !=
		ERR_OK ||
	    (err = job_read_hosts(&o, json_get(o.root, "hosts"), fault)) !=
		ERR_OK ||
	    (err = read_artifacts(&o, json_get(o.root, "artifacts"), fault)) !=
		ERR_OK)
		goto out;
	*ret = o;
out:
	if (err != ERR_OK)
		job_spec_clear(&o);
	return err;
}

enum err
job_spec_for_target(const struct job_spec *o, const char *target,
    struct job_spec *ret, struct fault *fault)
{
	struct json_object *own = json_get(o->own, target);
	size_t n = own == NULL ? 0 : (size_t)json_object_object_length(own);

	*ret = *o;
	ret->values = mem_calloc(
	    n + o->values_count + 1, sizeof(ret->values[0]));
	ret->values_count = 0;
	if (own != NULL) {
		json_object_object_foreach (own, name, v) {
			if (!text_is_name(name) ||
			    !json_object_is_type(v, json_type_string))
				return job_spec_wrong(fault, "own",
				    "has a wrong "
				    "name or a value that is no text");
			ret->values[ret->values_count++] =
			    (struct job_spec_value){ name,
				    json_object_get_string(v) };
		}
	}
	for (size_t i = 0; i < o->values_count; i++)
		ret->values[ret->values_count++] = o->values[i];
	if (json_get(o->lacks, target) != NULL)
		return fault_set(fault, ERR_INVALID, "order", "lacks", "%s",
		    json_text(o->lacks, target, ""));
	return ERR_OK;
}

const char *
job_spec_value(const struct job_spec *o, const char *name)
{
	for (size_t i = 0; i < o->values_count; i++)
		if (strcmp(o->values[i].name, name) == 0)
			return o->values[i].text;
	return NULL;
}

void
job_spec_clear(struct job_spec *o)
{
	arena_free(o->arena);
	free(o->values);
	buf_clear(&o->folder);
	free(o->mask);
	free(o->targets);
	free(o->hosts);
	free(o->same);
	free(o->artifacts);
	json_object_put(o->root);
	json_object_put(o->made);
	*o = (struct job_spec){ 0 };
}
