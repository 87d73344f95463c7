/*
 * describe.c: all of targets.yml as JSON, for pages and the command line. No
 * part of it is in a plan.
 */
#include <stdlib.h>
#include <string.h>

#include "inventory/describe.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "lang/host_key.h"
#include "inventory/inventory.h"
#include "inventory/target_kind.h"
#include "inventory/targets.h"
#include "inventory/resolve.h"
#include "inventory/target_json.h"
#include "plan/plan.h"

static void
put_fingerprint(struct json_object *o, const char *host_key)
{
	char type[64], fingerprint[64];
	struct buf blob = { 0 };

	if (host_key != NULL && host_key_read(host_key, type, &blob)) {
		host_key_fingerprint(blob.data, blob.len, fingerprint);
		json_set_text(o, "key_type", type);
		json_set_text(o, "fingerprint", fingerprint);
	}
	buf_clear(&blob);
}

/* Its address: "host:port", a url, a socket, a file. */
static void
put_address(struct json_object *o, const struct target *x)
{
	static const char *const whole[] = { "url", "socket", "file" };
	const char *host = yaml_tree_text(x->config, "host");
	const char *port = yaml_tree_text(x->config, "port");
	char *text;

	for (size_t i = 0; i < 3; i++)
		if (yaml_tree_text(x->config, whole[i]) != NULL)
			json_set_text(
			    o, "address", yaml_tree_text(x->config, whole[i]));
	if (port == NULL)
		port = target_kind_port(x->kind);
	if (host == NULL)
		return;
	text = mem_printf(
	    strchr(host, ':') != NULL ? "[%s]:%s" : "%s:%s", host, port);
	json_set_text(o, "address", text);
	free(text);
}

/* The names of the target's credentials in the secret store. */
static void
add_secrets(struct json_object *list, const struct yaml_tree *map)
{
	for (size_t i = 0; plan_secret_keys[i] != NULL; i++)
		if (yaml_tree_text(map, plan_secret_keys[i]) != NULL)
			json_object_array_add(list,
			    json_object_new_string(
				yaml_tree_text(map, plan_secret_keys[i])));
	for (size_t i = 0; plan_secret_maps[i] != NULL; i++)
		if (yaml_tree_get(map, plan_secret_maps[i]) != NULL)
			add_secrets(
			    list, yaml_tree_get(map, plan_secret_maps[i]));
}

static struct json_object *
describe_target(const struct target *x)
{
	struct json_object *o = json_object_new_object();
	struct json_object *secrets = json_object_new_array();
	const char *client = yaml_tree_text(x->config, "client");
	const char *user = yaml_tree_text(x->config, "user");

	json_set_text(o, "name", x->name);
	json_set_text(o, "kind", x->kind);
	put_address(o, x);
	if (user != NULL)
		json_set_text(o, "user", user);
	if (target_jump_host(x) != NULL)
		json_set_text(o, "over", target_jump_host(x)->text);
	if (strcmp(x->kind, "ssh") == 0) {
		json_set_text(o, "client", client != NULL ? client : "libssh2");
		put_fingerprint(o, yaml_tree_text(x->config, "host_key"));
	}
	json_set_bool(o, "shared", x->shared);
	add_secrets(secrets, x->config);
	json_set(o, "secrets", secrets);
	return o;
}

static struct json_object *
describe_group(const struct group *g)
{
	struct json_object *o = json_object_new_object();
	struct json_object *members = json_object_new_array();

	for (size_t i = 0; i < g->count; i++)
		json_object_array_add(
		    members, json_object_new_string(g->members[i]));
	json_set_text(o, "name", g->name);
	json_set(o, "members", members);
	return o;
}

struct json_object *
targets_describe(const struct targets *t)
{
	struct json_object *all = targets_environments(t);
	size_t i = 0;

	for (struct environment *e = t->environments; e != NULL; e = e->next) {
		struct json_object *o = json_at(all, i++);
		struct json_object *targets = json_object_new_array();
		struct json_object *groups = json_object_new_array();

		for (struct target *x = e->targets; x != NULL; x = x->next)
			json_object_array_add(targets, describe_target(x));
		for (struct group *g = e->groups; g != NULL; g = g->next)
			json_object_array_add(groups, describe_group(g));
		json_set(o, "local", target_json(t, e, "local"));
		json_set(o, "targets", targets);
		json_set(o, "groups", groups);
	}
	return all;
}

struct json_object *
targets_with_secret(const struct targets *t, const char *secret)
{
	struct json_object *users = json_object_new_array();

	for (struct environment *e = t->environments; e != NULL; e = e->next)
		for (struct target *x = e->targets; x != NULL; x = x->next) {
			struct json_object *names = json_object_new_array();
			bool uses = false;

			add_secrets(names, x->config);
			for (size_t i = 0; i < json_count(names); i++)
				uses |= text_eq(secret,
				    json_object_get_string(json_at(names, i)));
			json_object_put(names);
			if (!uses)
				continue;
			names = json_object_new_object();
			json_set_text(names, "environment", e->name);
			json_set_text(names, "target", x->name);
			json_object_array_add(users, names);
		}
	return users;
}
