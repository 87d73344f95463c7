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
#include "wire/exec.h"

/* clang-format off */
static const struct json_key local_keys[] = {
	{ "kind",		json_type_string,	false },
	{ "shared",		json_type_boolean,	false },
	{ "user",		json_type_string,	false },
	{ "production",		json_type_boolean,	false },
	{ "unconfined",		json_type_boolean,	false },
	{ "forbidden",		json_type_boolean,	false },
	{ "path",		json_type_string,	false },
	{ "way",		json_type_boolean,	false },
	{ NULL, 0, false },
};

/* clang-format on */

enum err
job_spec_wrong(struct fault *fault, const char *field, const char *what)
{
	return fault_set(fault, ERR_INVALID, "job_spec", field,
	    "job_spec_wrong field=%s reason=%s", field, what);
}

size_t
job_spec_length(struct json_object *array)
{
	return json_count(array);
}

const char *
job_spec_text(struct json_object *o, const char *key)
{
	const char *s = json_text(o, key, NULL);

	return s != NULL && *s != '\0' ? s : NULL;
}

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
	return artifact_input_read_files(
	    o->message.compare, NULL, &o->same, &o->compare_count, fault);
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
	enum err err = step_read(
	    STEP_IN_JOB, json, o->message.arena, step, fault);

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
	struct json_object *local = o->message.local;
	enum err err;

	if (local == NULL)
		return ERR_OK;
	if ((err = json_check(local, local_keys, fault)) != ERR_OK)
		return err;
	o->local_user = job_spec_text(local, "user");
	o->local_path = job_spec_text(local, "path");
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
		struct json_object *v = json_at(list, i);

		if (!json_object_is_type(v, json_type_string))
			return job_spec_wrong(
			    fault, "mask", "has what is no text");
		o->mask[o->mask_count++] = json_object_get_string(v);
	}
	return ERR_OK;
}

static bool
read_key(const char *hex, unsigned char key[EXEC_SEAL_KEY])
{
	return hex != NULL && strlen(hex) == 2 * EXEC_SEAL_KEY &&
	    text_unhex(hex, key, EXEC_SEAL_KEY);
}

static enum err
read_seal(struct job_spec *o, struct fault *fault)
{
	const struct job_message *m = &o->message;

	o->sealed = m->seal_to != NULL;
	if (!o->sealed)
		return ERR_OK;
	if (!read_key(m->seal_to, o->seal_to))
		return job_spec_wrong(fault, "seal_to", "is not a key");
	if (o->step.artifact != NULL && !read_key(m->save_to, o->save_to))
		return job_spec_wrong(fault, "save_to", "is not a key");
	if (o->step.captures_count > 0 || o->step.interactive)
		return job_spec_wrong(fault, "seal_to",
		    "is for output that "
		    "nothing is taken from");
	return ERR_OK;
}

static enum err
read_bounds(struct job_spec *o, struct fault *fault)
{
	const struct job_message *m = &o->message;
	int64_t parallel = m->parallel > 0 ? m->parallel : EXEC_PARALLEL;

	o->output_limit = m->output_limit > 0 ? m->output_limit
					      : EXEC_OUTPUT_LIMIT;
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

static const char *
text_or_null(const char *text)
{
	return text != NULL && *text != '\0' ? text : NULL;
}

/* The members that are used as they are. */
static void
read_plain(struct job_spec *o)
{
	const struct job_message *m = &o->message;

	o->exec = m->exec;
	o->run = text_or_null(m->run);
	o->environment = text_or_null(m->environment);
	o->dry_run = m->dry_run;
	o->files = m->files;
	o->own = m->own;
	o->lacks = m->lacks;
	o->numbers = m->numbers;
	o->from_statement = m->from_statement;
	o->skipped = m->skipped;
}

enum err
job_spec_parse(
    const char *text, size_t len, struct job_spec *ret, struct fault *fault)
{
	struct job_spec o = { 0 };
	const struct job_message *m = &o.message;
	enum err err = job_message_read(text, len, &o.message, fault);

	if (err != ERR_OK)
		return err;
	read_plain(&o);
	if ((err = read_bounds(&o, fault)) != ERR_OK ||
	    (err = read_step(&o, m->step, fault)) != ERR_OK ||
	    (err = read_seal(&o, fault)) != ERR_OK ||
	    (err = read_local(&o, fault)) != ERR_OK ||
	    (err = read_values(&o, m->values, false, fault)) != ERR_OK ||
	    (err = read_values(&o, m->secrets, true, fault)) != ERR_OK ||
	    (err = read_mask(&o, m->mask, fault)) != ERR_OK ||
	    (err = job_read_targets(&o, m->targets, fault)) != ERR_OK ||
	    (err = job_read_hosts(&o, m->hosts, fault)) != ERR_OK ||
	    (err = job_read_with(&o, m->with, fault)) != ERR_OK ||
	    (err = read_artifacts(&o, m->artifacts, fault)) != ERR_OK)
		job_spec_clear(&o);
	else
		*ret = o;
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
		return fault_set(fault, ERR_INVALID, "job_spec", "lacks", "%s",
		    json_text(o->lacks, target, ""));
	return ERR_OK;
}

const char *
job_spec_value(const struct job_spec *o, const char *name)
{
	for (size_t i = 0; i < o->values_count; i++)
		if (strcmp(o->values[i].name, name) == 0)
			return o->values[i].text;
	for (size_t i = 0; i < o->given_count; i++)
		if (strcmp(o->given[i].name, name) == 0)
			return o->given[i].text;
	return NULL;
}

static void
free_artifacts(struct job_artifact *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		buf_clear(&list[i].content);
	free(list);
}

void
job_spec_clear(struct job_spec *o)
{
	free(o->values);
	free(o->given);
	buf_clear(&o->folder);
	free(o->mask);
	free(o->targets);
	free(o->hosts);
	buf_clear(&o->changed);
	free_artifacts(o->same, o->compare_count);
	free_artifacts(o->artifacts, o->artifacts_count);
	job_message_clear(&o->message);
	json_object_put(o->made);
	*o = (struct job_spec){ 0 };
}
