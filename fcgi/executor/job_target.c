/*
 * job_target.c: reads the targets of a job spec, and collects their secrets for
 * redaction.
 *
 * Machines have a table of keys, like the whole job spec; the keys of other
 * targets are for their action, and only their types are checked here.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "executor/job_spec.h"
#include "lang/target_variables.h"
#include "plan/plan.h"

/* clang-format off */
static const struct json_key target_keys[] = {
	{ "name",		json_type_string,	true },
	{ "kind",		json_type_string,	true },
	{ "host",		json_type_string,	false },
	{ "port",		json_type_int,		false },
	{ "user",		json_type_string,	false },
	{ "key",		json_type_string,	false },
	{ "passphrase",		json_type_string,	false },
	{ "agent",		json_type_boolean,	false },
	{ "host_key",		json_type_string,	false },
	{ "client",		json_type_string,	false },
	{ "shared",		json_type_boolean,	false },
	{ "jump",		json_type_object,	false },
	{ "production",		json_type_boolean,	false },	/* local */
	{ "unconfined",		json_type_boolean,	false },
	{ "forbidden",		json_type_boolean,	false },
	{ "path",		json_type_string,	false },
	{ NULL, 0, false },
};

/* Other targets than machines have texts, except these. */
static const char *const other_objects[] = { "over", "headers", "aws",
	"sign", NULL };
/* clang-format on */

/*
 * Machines have a table of keys; the keys of other targets are for their
 * action, and have the right types.
 */
static enum err
check_target(struct json_object *v, struct fault *fault)
{
	const char *kind = json_text(v, "kind", "");

	if (strcmp(kind, "local") == 0 || strcmp(kind, "ssh") == 0)
		return json_check(v, target_keys, fault);
	if (!json_object_is_type(v, json_type_object))
		return job_spec_wrong(
		    fault, "targets", "has what is no object");
	json_object_object_foreach (v, key, value) {
		bool object = false;

		for (size_t i = 0; other_objects[i] != NULL; i++)
			object |= strcmp(key, other_objects[i]) == 0;
		if (json_object_is_type(value,
			object                           ? json_type_object
			    : strcmp(key, "shared") == 0 ? json_type_boolean
							 : json_type_string))
			continue;
		return job_spec_wrong(fault, key, "is of the wrong type");
	}
	return ERR_OK;
}

static void
redact_word(struct job_spec *o, const char *word)
{
	o->mask = mem_realloc(o->mask, o->mask_count + 1, sizeof(o->mask[0]));
	o->mask[o->mask_count++] = word;
}

/*
 * Both are sent as one text in base64; redacting only the password in it would
 * leave the user's name and some of the following characters readable.
 */
static void
redact_login(struct job_spec *o, struct json_object *target)
{
	const char *user = job_spec_text(target, "user");
	const char *password = job_spec_text(target, "password");
	char *login;

	if (user == NULL || password == NULL)
		return;
	login = mem_printf("%s:%s", user, password);
	if (o->made == NULL)
		o->made = json_object_new_array();
	json_object_array_add(o->made, json_object_new_string(login));
	redact_word(o,
	    json_object_get_string(json_at(o->made, json_count(o->made) - 1)));
	free(login);
}

/*
 * The secrets of a target, of its objects that have some, and of the targets
 * that it is reached over.
 */
static void
redact_target(struct job_spec *o, struct json_object *target)
{
	static const char *const through[] = { "over", "jump", "aws", "sign" };

	redact_login(o, target);
	for (size_t i = 0; plan_secret_keys[i] != NULL; i++)
		if (job_spec_text(target, plan_secret_keys[i]) != NULL)
			redact_word(
			    o, json_text(target, plan_secret_keys[i], ""));
	for (size_t i = 0; i < 4; i++)
		if (json_object_is_type(
			json_get(target, through[i]), json_type_object))
			redact_target(o, json_get(target, through[i]));
}

enum err
job_target_read(
    struct json_object *v, struct job_target *ret, struct fault *fault)
{
	struct job_target *t = ret;
	enum err err;
	int64_t port;

	if ((err = check_target(v, fault)) != ERR_OK)
		return err;
	port = json_int(v, "port", 22);
	*t = (struct job_target){ .name = json_text(v, "name", ""),
		.kind = json_text(v, "kind", ""),
		.host = job_spec_text(v, "host"),
		.port = (int)port,
		.user = job_spec_text(v, "user"),
		.key = job_spec_text(v, "key"),
		.passphrase = job_spec_text(v, "passphrase"),
		.host_key = job_spec_text(v, "host_key"),
		.client = json_text(v, "client", "libssh2"),
		.agent = json_flag(v, "agent", false),
		.json = v };
	if (!text_is_id(t->name))
		return job_spec_wrong(fault, "targets", "has a wrong name");
	if (strcmp(t->kind, "ssh") == 0 &&
	    (t->host == NULL || port < 1 || port > 65535))
		return job_spec_wrong(
		    fault, "targets", "has a wrong host or port");
	return ERR_OK;
}

enum err
job_read_targets(
    struct job_spec *o, struct json_object *list, struct fault *fault)
{
	size_t n = job_spec_length(list);
	enum err err;

	if (n == 0 || n > 10000)
		return job_spec_wrong(fault, "targets", "is empty or too long");
	o->targets = mem_calloc(n, sizeof(o->targets[0]));
	for (size_t i = 0; i < n; i++) {
		err = job_target_read(json_at(list, i), &o->targets[i], fault);
		if (err != ERR_OK)
			return err;
		redact_target(o, o->targets[i].json);
		for (size_t k = 0; k < i; k++)
			if (strcmp(o->targets[k].name, o->targets[i].name) == 0)
				return job_spec_wrong(
				    fault, "targets", "names one target twice");
	}
	o->targets_count = n;
	return ERR_OK;
}

enum err
job_read_hosts(
    struct job_spec *o, struct json_object *hosts, struct fault *fault)
{
	enum err err = ERR_OK;

	if (hosts == NULL)
		return ERR_OK;
	o->hosts = mem_calloc(
	    (size_t)json_object_object_length(hosts) + 1, sizeof(o->hosts[0]));
	json_object_object_foreach (hosts, name, v) {
		(void)name;
		if (err == ERR_OK)
			err = job_target_read(
			    v, &o->hosts[o->hosts_count++], fault);
	}
	return err;
}

static void
add_given(void *ctx, const char *target, const char *name, const char *value,
    bool secret)
{
	struct job_spec *o = ctx;
	struct arena *arena = o->message.arena;

	(void)target;
	(void)secret; /* redact_target() has it */
	o->given = mem_realloc(
	    o->given, o->given_count + 1, sizeof(o->given[0]));
	o->given[o->given_count++] = (struct job_spec_value){
		arena_strdup(arena, name), arena_strdup(arena, value)
	};
}

enum err
job_read_with(struct job_spec *o, struct json_object *with, struct fault *fault)
{
	struct job_target target;
	enum err err = ERR_OK;

	if (with == NULL)
		return ERR_OK;
	json_object_object_foreach (with, name, v) {
		if (err == ERR_OK && !text_is_id(name))
			err = job_spec_wrong(fault, "with", "has a wrong name");
		if (err == ERR_OK)
			err = job_target_read(v, &target, fault);
		if (err == ERR_OK)
			redact_target(o, v);
	}
	if (err == ERR_OK)
		target_values(with, add_given, o);
	return err;
}
