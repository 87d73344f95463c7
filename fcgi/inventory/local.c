/*
 * local.c: `local:` of an environment: the user of its steps on the console's
 * own machine, and whether they are allowed.
 */
#include <string.h>

#include "inventory/local.h"
#include "base/json.h"
#include "base/message.h"
#include "base/text.h"
#include "inventory/inventory.h"

/* The rules of useradd and the executor. */
static bool
is_user(const char *s)
{
	size_t n = strspn(s,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789._-");

	return *s != '\0' && *s != '-' && *s != '.' && s[n] == '\0' && n <= 64;
}

/*
 * Folders from the root, with colons between them.  An empty or relative part
 * would be the folder in which the script happens to be.
 */
static bool
is_path(const char *s)
{
	if (strlen(s) > 4096)
		return false;
	for (;; s++) {
		size_t n = strcspn(s, ":");

		if (*s != '/' || !text_is_utf8(s, n))
			return false;
		for (size_t i = 0; i < n; i++)
			if ((unsigned char)s[i] < ' ' || s[i] == 0x7f)
				return false;
		s += n;
		if (*s == '\0')
			return true;
	}
}

void
local_read(struct targets *t, struct environment *e, const struct yaml_tree *y)
{
	static const char *const keys[] = { "user", "path", "unconfined",
		NULL };
	bool allowed = true;

	if (y->kind == YTREE_TEXT && yaml_tree_bool(y, &allowed)) {
		e->local_forbidden = !allowed;
		return;
	}
	if (y->kind != YTREE_MAP) {
		targets_wrong(t, y, MESSAGE("targets_local"));
		return;
	}
	yaml_tree_check_keys(t->arena, y, keys, "local", targets_report, t);
	targets_check_flag(t, y, "unconfined", &e->local_unconfined);
	e->local_user = yaml_tree_text(y, "user");
	if (yaml_tree_get(y, "user") != NULL &&
	    (e->local_user == NULL || !is_user(e->local_user)))
		targets_wrong(
		    t, yaml_tree_get(y, "user"), MESSAGE("targets_local_user"));
	e->local_path = yaml_tree_text(y, "path");
	if (yaml_tree_get(y, "path") != NULL &&
	    (e->local_path == NULL || !is_path(e->local_path)))
		targets_wrong(
		    t, yaml_tree_get(y, "path"), MESSAGE("targets_local_path"));
}

bool
local_is_set(const struct environment *e)
{
	return e->local_forbidden || e->local_unconfined ||
	    e->local_user != NULL || e->local_path != NULL || e->production;
}

void
local_write(const struct environment *e, struct json_object *o)
{
	if (e->local_user != NULL)
		json_set_text(o, "user", e->local_user);
	if (e->local_path != NULL)
		json_set_text(o, "path", e->local_path);
	if (e->production)
		json_set_bool(o, "production", true);
	if (e->local_unconfined)
		json_set_bool(o, "unconfined", true);
	if (e->local_forbidden)
		json_set_bool(o, "forbidden", true);
}

enum err
local_allows(
    const struct environment *e, const struct step *s, struct fault *fault)
{
	if (!e->local_forbidden || strcmp(s->on, "local") != 0 ||
	    kind_is(s->kind, KIND_PERSON))
		return ERR_OK;
	return fault_set(fault, ERR_INVALID, "local_forbidden", "environment",
	    "target_local_forbidden line=%d step=%s environment=%s", s->line,
	    s->id, e->name);
}
