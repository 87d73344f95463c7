/*
 * target_json.c: one target or group as JSON, in the format of a plan.
 *
 * The text is hashed: keys are in the order written here, and defaults are
 * filled in, so that the same machine always gives the same bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "inventory/target_json.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "inventory/inventory.h"
#include "inventory/targets.h"
#include "inventory/local.h"

static void
copy_text(struct json_object *o, const struct target *target, const char *key)
{
	if (yaml_tree_text(target->config, key) != NULL)
		json_set_text(o, key, yaml_tree_text(target->config, key));
}

/* A relative path is relative to the folder of targets.yml. */
static void
put_path(const struct targets *t, struct json_object *o, const char *key,
    const char *path)
{
	char *whole = path[0] == '/' ? mem_strdup(path)
				     : mem_printf("%s/%s", t->dir, path);

	json_set_text(o, key, whole);
	free(whole);
}

static void
put_ssh(
    const struct targets *t, struct json_object *o, const struct target *target)
{
	const struct yaml_tree *y = yaml_tree_get(target->config, "agent");
	const char *key = yaml_tree_text(target->config, "key");
	const char *client = yaml_tree_text(target->config, "client");
	bool agent = false;
	int64_t port = 22;

	if (yaml_tree_text(target->config, "port") != NULL)
		(void)text_int(
		    yaml_tree_text(target->config, "port"), 1, 65535, &port);
	if (y != NULL)
		(void)yaml_tree_bool(y, &agent);
	copy_text(o, target, "host");
	json_set_int(o, "port", port);
	copy_text(o, target, "user");
	if (key != NULL)
		put_path(t, o, "key", key);
	copy_text(o, target, "passphrase");
	json_set_bool(o, "agent", agent);
	copy_text(o, target, "host_key");
	json_set_text(o, "client", client != NULL ? client : "libssh2");
	copy_text(o, target, "jump");
}

/* Texts unchanged, files by their absolute path, maps of texts as maps. */
static void
put_keys(
    const struct targets *t, struct json_object *o, const struct yaml_tree *map)
{
	static const char *const files[] = { "ca", "cert", "cert_key", "file" };
	struct json_object *inner;

	for (const struct yaml_tree *y = map->first; y != NULL; y = y->next) {
		bool file = false;

		for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
			file |= strcmp(y->key, files[i]) == 0;
		if (y->kind == YTREE_TEXT && file) {
			put_path(t, o, y->key, y->text);
		} else if (y->kind == YTREE_TEXT) {
			json_set_text(o, y->key, y->text);
		} else if (y->kind == YTREE_MAP) {
			inner = json_object_new_object();
			for (const struct yaml_tree *z = y->first; z != NULL;
			     z = z->next)
				if (z->kind == YTREE_TEXT)
					json_set_text(inner, z->key, z->text);
			json_set(o, y->key, inner);
		}
	}
}

struct json_object *
target_json(
    const struct targets *t, const struct environment *e, const char *name)
{
	const struct target *target = targets_find(e, name);
	struct json_object *o = json_object_new_object();

	json_set_text(o, "kind", target != NULL ? target->kind : "local");
	if (target == NULL) {
		json_set_bool(o, "shared", true);
		local_write(e, o);
		return o;
	}
	if (strcmp(target->kind, "ssh") == 0)
		put_ssh(t, o, target);
	else
		put_keys(t, o, target->config);
	json_set_bool(o, "shared", target->shared);
	return o;
}

struct json_object *
group_json(const struct group *g)
{
	struct json_object *o = json_object_new_object();
	struct json_object *members = json_object_new_array();

	json_set_text(o, "kind", "group");
	for (size_t i = 0; i < g->count; i++)
		json_object_array_add(
		    members, json_object_new_string(g->members[i]));
	json_set(o, "members", members);
	return o;
}
