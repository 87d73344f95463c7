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
	{ "step",		json_type_object,	true },
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

static const struct json_key step_keys[] = {
	{ "id",			json_type_string,	true },
	{ "kind",		json_type_string,	true },
	{ "text",		json_type_string,	true },
	{ "text_line",		json_type_int,		false },
	{ "status",		json_type_string,	false },
	{ "redirects",		json_type_int,		false },
	{ "transaction",	json_type_string,	false },
	{ "file",		json_type_string,	false },
	{ "mode",		json_type_string,	false },
	{ "cwd",		json_type_string,	false },
	{ "user",		json_type_string,	false },
	{ "timeout_ms",		json_type_int,		false },
	{ "quiet_ms",		json_type_int,		false },
	{ "expect",		json_type_string,	false },
	{ "reject",		json_type_string,	false },
	{ "exit",		json_type_array,	false },
	{ "look",		json_type_boolean,	false },
	{ "restore",		json_type_boolean,	false },
	{ "every_ms",		json_type_int,		false },
	{ "within_ms",		json_type_int,		false },
	{ "captures",		json_type_array,	false },
	{ "save",		json_type_string,	false },
	{ "same_as",		json_type_object,	false },
	{ "batch",		json_type_int,		false },
	{ "max_fail",		json_type_int,		false },
	{ "pty",		json_type_boolean,	false },
	{ "interactive",	json_type_boolean,	false },
	{ "answers",		json_type_array,	false },
	{ NULL, 0, false },
};

static const struct json_key capture_keys[] = {
	{ "name",		json_type_string,	true },
	{ "how",		json_type_string,	true },
	{ "what",		json_type_string,	false },
	{ NULL, 0, false },
};

static const struct json_key answer_keys[] = {
	{ "prompt",		json_type_string,	true },
	{ "reply",		json_type_string,	true },
	{ NULL, 0, false },
};

static const struct { const char *kind, *interpreter; } kinds[] = {
	{ "sh",		"sh" },
	{ "bash",	"bash" },
	{ "python",	"python3" },
	{ "http",	NULL },
	{ "mysql",	NULL },
	{ "postgresql",	NULL },
	{ "sqlite",	NULL },
	{ "copy",	NULL },
	{ "edit",	NULL },
	{ "preflight",	NULL },
};

static const struct { const char *word; enum job_spec_how how; } hows[] = {
	{ "whole",	JOB_SPEC_WHOLE },
	{ "pointer",	JOB_SPEC_POINTER },
	{ "regex",	JOB_SPEC_REGEX },
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
read_codes(struct job_spec *o, struct json_object *codes, struct fault *fault)
{
	size_t n = job_spec_length(codes);

	if (n > sizeof(o->exit_codes) / sizeof(o->exit_codes[0]))
		return job_spec_wrong(fault, "exit", "has too many codes");
	for (size_t i = 0; i < n; i++) {
		struct json_object *v = json_object_array_get_idx(codes, i);

		if (!json_object_is_type(v, json_type_int) ||
		    json_object_get_int64(v) < 0 ||
		    json_object_get_int64(v) > 255)
			return job_spec_wrong(fault, "exit",
			    "has a code that is "
			    "not a number from 0 to 255");
		o->exit_codes[i] = json_object_get_int(v);
	}
	o->exit_count = n > 0 ? n : 1;
	return ERR_OK;
}

static enum err
read_captures(struct job_spec *o, struct json_object *list, struct fault *fault)
{
	size_t n = job_spec_length(list), k;
	enum err err;

	o->captures = mem_calloc(n + 1, sizeof(o->captures[0]));
	for (size_t i = 0; i < n; i++) {
		struct json_object *v = json_object_array_get_idx(list, i);
		struct job_spec_capture *c = &o->captures[i];
		const char *how;

		if ((err = json_check(v, capture_keys, fault)) != ERR_OK)
			return err;
		c->name = json_text(v, "name", "");
		c->what = json_text(v, "what", NULL);
		how = json_text(v, "how", "");
		if (!text_is_name(c->name))
			return job_spec_wrong(
			    fault, "captures", "has a wrong name");
		for (k = 0; k < 3 && strcmp(hows[k].word, how) != 0; k++)
			;
		if (k == 3 ||
		    (hows[k].how != JOB_SPEC_WHOLE && c->what == NULL))
			return job_spec_wrong(
			    fault, "captures", "says not how");
		c->how = hows[k].how;
	}
	o->captures_count = n;
	return ERR_OK;
}

/* save= and same-as= of the step. */
static enum err
read_save(struct job_spec *o, struct json_object *step, struct fault *fault)
{
	struct json_object *same = json_get(step, "same_as");

	o->save = job_spec_text(step, "save");
	if (o->save != NULL && !text_is_id(o->save))
		return job_spec_wrong(fault, "save", "is not a name");
	if (same == NULL)
		return ERR_OK;
	o->same_as = job_spec_text(same, "step");
	if (o->same_as == NULL || o->save == NULL)
		return job_spec_wrong(fault, "same_as",
		    "names no step, or "
		    "nothing is kept");
	return artifact_input_read_files(
	    json_get(same, "files"), NULL, &o->same, &o->compare_count, fault);
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

/* pty and answers of the step. */
static enum err
read_terminal(struct job_spec *o, struct json_object *step, struct fault *fault)
{
	enum err err = ERR_OK;

	o->pty = json_object_get_boolean(json_get(step, "pty"));
	o->interactive = json_object_get_boolean(json_get(step, "interactive"));
	o->answers = json_get(step, "answers");
	for (size_t i = 0; i < job_spec_length(o->answers) && err == ERR_OK;
	     i++)
		err = json_check(json_object_array_get_idx(o->answers, i),
		    answer_keys, fault);
	if (err == ERR_OK && (o->pty || o->answers != NULL) &&
	    (o->interpreter == NULL || !o->pty))
		err = job_spec_wrong(fault, "pty",
		    "is for scripts, and answers "
		    "are for pty");
	return err;
}

static enum err
read_step(struct job_spec *o, struct json_object *step, struct fault *fault)
{
	size_t i, count = sizeof(kinds) / sizeof(kinds[0]);
	enum err err;

	if ((err = json_check(step, step_keys, fault)) != ERR_OK)
		return err;
	o->step_id = json_text(step, "id", "");
	o->text = json_text(step, "text", "");
	o->cwd = job_spec_text(step, "cwd");
	o->user = job_spec_text(step, "user");
	o->expect = job_spec_text(step, "expect");
	o->reject = job_spec_text(step, "reject");
	o->timeout_ms = json_int(step, "timeout_ms", 0);
	o->quiet_ms = json_int(step, "quiet_ms", 0);
	o->every_ms = json_int(step, "every_ms", 0);
	o->within_ms = json_int(step, "within_ms", 0);
	o->text_line = (int)json_int(step, "text_line", 1);
	o->redirects = (int)json_int(step, "redirects", 0);
	o->status = job_spec_text(step, "status");
	o->transaction = job_spec_text(step, "transaction");
	o->file = job_spec_text(step, "file");
	o->mode = job_spec_text(step, "mode");
	o->batch = (int)json_int(step, "batch", 0);
	o->max_fail = (int)json_int(step, "max_fail", -1);
	o->dry_run = json_flag(step, "look", false);
	o->restore = json_flag(step, "restore", false);
	o->kind = json_text(step, "kind", "");
	for (i = 0; i < count && strcmp(kinds[i].kind, o->kind) != 0; i++)
		;
	if (i == count)
		return job_spec_wrong(
		    fault, "kind", "is none that can be executed");
	o->interpreter = kinds[i].interpreter;
	if (o->user != NULL && !job_spec_is_user(o->user))
		return job_spec_wrong(
		    fault, "user", "is not the name of a user");
	if ((err = read_terminal(o, step, fault)) != ERR_OK ||
	    (err = read_codes(o, json_get(step, "exit"), fault)) != ERR_OK ||
	    (err = read_save(o, step, fault)) != ERR_OK)
		return err;
	return read_captures(o, json_get(step, "captures"), fault);
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
	    (o->save != NULL || o->captures_count > 0 || o->interactive))
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
	struct job_spec o = { 0 };
	enum err err;

	if ((err = json_read(text, len, &o.root, fault)) != ERR_OK ||
	    (err = json_check(o.root, job_spec_keys, fault)) != ERR_OK)
		goto out;
	o.exec = json_text(o.root, "exec", "");
	o.run = job_spec_text(o.root, "run");
	o.files = json_get(o.root, "files");
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
	free(o->captures);
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
