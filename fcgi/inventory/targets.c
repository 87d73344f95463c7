/*
 * targets.c: parses targets.yml: the targets of each environment.
 *
 * Environments, their targets and groups are parsed here, the map under the
 * kind of a target in target_kind.c.  Groups may name groups, and targets
 * others over which they are reached; both are checked once all targets of the
 * environment are known.  Groups are flattened here, once for all users.
 */
#include <stdlib.h>
#include <string.h>

#include "inventory/targets.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/message.h"
#include "base/text.h"
#include "lang/suggest.h"
#include "inventory/inventory.h"
#include "inventory/target_kind.h"
#include "inventory/local.h"
#include "inventory/environment_values.h"
#include "compiler/approval_rule.h"

#define TARGETS_MAX (1024 * 1024)
#define MEMBERS_MAX 20000 /* of all groups of an environment */
#define NESTING_MAX 8     /* of groups */

static bool
name_is_free(
    struct targets *t, const struct environment *e, const struct yaml_tree *y)
{
	const char *why = NULL;

	if (!text_is_id(y->key))
		why = MESSAGE("target_name_form");
	else if (strcmp(y->key, "local") == 0)
		why = MESSAGE("target_name_local");
	for (const struct target *x = e->targets; x != NULL; x = x->next)
		if (strcmp(x->name, y->key) == 0)
			why = MESSAGE("target_name_taken");
	if (why != NULL)
		targets_wrong_key(t, y,
		    message_arena(t->arena,
			"target_name_wrong name=%s reason=%s", y->key, why));
	return why == NULL;
}

static void
read_target(struct targets *t, struct environment *e, const struct yaml_tree *y,
    struct target ***tail)
{
	const struct yaml_tree *config = NULL;
	struct target *target;

	if (!name_is_free(t, e, y))
		return;
	if (y->kind != YTREE_MAP) {
		targets_wrong(t, y, MESSAGE("target_describe"));
		return;
	}
	yaml_tree_check_keys(
	    t->arena, y, target_keys, "a target", targets_report, t);
	target = arena_alloc(t->arena, sizeof(*target));
	target->name = y->key;
	targets_check_flag(t, y, "shared", &target->shared);
	target->kind = target_kind_check(t, y, &config);
	target->config = config;
	if (target->kind == NULL)
		targets_wrong_key(t, y, MESSAGE("target_no_kind"));
	if (config == NULL || config->kind != YTREE_MAP)
		return;
	**tail = target;
	*tail = &target->next;
}

const struct target *
targets_find(const struct environment *e, const char *name)
{
	for (const struct target *x = e->targets; x != NULL; x = x->next)
		if (strcmp(x->name, name) == 0)
			return x;
	return NULL;
}

#define NAMES_MOST 10 /* in a message */

void
targets_names(const struct environment *e, const char *wanted, struct buf *out)
{
	size_t n = 0, shown = 0;
	const char **names, *meant;

	for (const struct target *x = e->targets; x != NULL; x = x->next)
		n++;
	for (const struct group *g = e->groups; g != NULL; g = g->next)
		n++;
	names = mem_calloc(n + 2, sizeof(*names));
	n = 0;
	for (const struct group *g = e->groups; g != NULL; g = g->next)
		names[n++] = g->name;
	for (const struct target *x = e->targets; x != NULL; x = x->next)
		names[n++] = x->name;
	names[n++] = "local";
	if ((meant = suggest(wanted, names)) != NULL) {
		buf_puts(out, meant);
		shown++;
	}
	for (size_t i = 0; i < n && shown < NAMES_MOST; i++)
		if (names[i] != meant)
			buf_printf(
			    out, "%s%s", shown++ > 0 ? ", " : "", names[i]);
	if (shown < n)
		buf_puts(out, ", …");
	free(names);
}

const char *
targets_label(const struct targets *t, const char *environment)
{
	for (const struct environment *e = t->environments; e != NULL;
	     e = e->next)
		if (strcmp(e->name, environment) == 0)
			return e->label;
	return environment;
}

const struct yaml_tree *
target_jump_host(const struct target *target)
{
	const struct yaml_tree *way = yaml_tree_get(
	    target->config, strcmp(target->kind, "ssh") == 0 ? "jump" : "over");

	return way != NULL && way->kind == YTREE_TEXT && *way->text != '\0'
	    ? way
	    : NULL;
}

/* `over` and `jump` name ssh targets, a few at most, without cycles. */
static void
check_jump_hosts(struct targets *t, const struct environment *e)
{
	for (const struct target *x = e->targets; x != NULL; x = x->next) {
		const struct yaml_tree *way = target_jump_host(x), *next = way;
		const char *why = NULL;

		for (int i = 0; next != NULL && why == NULL; i++) {
			const struct target *y = targets_find(e, next->text);

			if (y == NULL || strcmp(y->kind, "ssh") != 0)
				why = i > 0 ? ""
					    : MESSAGE("target_over_no_ssh");
			else if (y == x)
				why = MESSAGE("target_over_itself");
			else if (i == PLAN_HOPS_MAX)
				why = MESSAGE("target_over_long");
			else
				next = target_jump_host(y);
		}
		if (why != NULL && *why != '\0')
			targets_wrong(t, way,
			    message_arena(t->arena,
				"target_member name=%s reason=%s", way->text,
				why));
	}
}

/* Group names are collected before their members are resolved. */
static void
read_group(struct targets *t, struct environment *e, const struct yaml_tree *y,
    struct group ***tail)
{
	struct group *g = arena_alloc(t->arena, sizeof(*g));

	if (!name_is_free(t, e, y))
		return;
	if (y->kind != YTREE_LIST || y->count == 0) {
		targets_wrong(t, y, MESSAGE("group_form"));
		return;
	}
	g->name = y->key;
	g->list = y;
	**tail = g;
	*tail = &g->next;
}

static struct group *
find_group(const struct environment *e, const char *name)
{
	for (struct group *g = e->groups; g != NULL; g = g->next)
		if (strcmp(g->name, name) == 0)
			return g;
	return NULL;
}

/* Does nothing if it is a member already, by another group. */
static void
add_member(
    struct targets *t, struct environment *e, struct group *g, const char *name)
{
	for (size_t i = 0; i < g->count; i++)
		if (strcmp(g->members[i], name) == 0)
			return;
	if (e->members++ < MEMBERS_MAX)
		*(const char **)mem_grow(&g->members, &g->cap, g->count++,
		    sizeof(*g->members)) = name;
	else if (e->members == MEMBERS_MAX + 1)
		targets_wrong_key(t, g->list, MESSAGE("group_members"));
}

/* The reason for which it cannot be a member, or NULL. */
static const char *
member_refused(const struct environment *e, const struct group *g,
    const struct yaml_tree *m)
{
	const struct yaml_tree *y = g->list->first;
	const struct group *inner;

	if (m->kind != YTREE_TEXT)
		return MESSAGE("group_no_name");
	while (y != m && !text_eq(y->text, m->text))
		y = y->next;
	if (y != m)
		return MESSAGE("group_twice");
	if (targets_find(e, m->text) != NULL || strcmp(m->text, "local") == 0)
		return NULL;
	if ((inner = find_group(e, m->text)) == NULL)
		return MESSAGE("group_unknown");
	if (inner->open)
		return MESSAGE("group_circle");
	return NULL;
}

static void
fill_group(struct targets *t, struct environment *e, struct group *g, int depth)
{
	if (g->filled)
		return;
	g->open = true;
	for (const struct yaml_tree *m = g->list->first; m != NULL;
	     m = m->next) {
		const char *why = member_refused(e, g, m);
		struct group *inner = why == NULL ? find_group(e, m->text)
						  : NULL;

		if (inner != NULL && depth == NESTING_MAX)
			why = MESSAGE("group_deep");
		else if (inner != NULL)
			fill_group(t, e, inner, depth + 1);
		else if (why == NULL)
			add_member(t, e, g, m->text);
		for (size_t i = 0;
		     why == NULL && inner != NULL && i < inner->count; i++)
			add_member(t, e, g, inner->members[i]);
		if (why != NULL)
			targets_wrong(t, m,
			    message_arena(t->arena,
				"target_member name=%s reason=%s",
				m->text != NULL ? m->text : g->name, why));
	}
	g->open = false;
	g->filled = true;
}

static void
read_rules(struct targets *t, struct environment *e, const struct yaml_tree *y)
{
	struct approval_rule *rule;

	if (y->kind != YTREE_LIST) {
		targets_wrong(t, y, MESSAGE("targets_approvals"));
		return;
	}
	e->approvals = arena_alloc(
	    t->arena, (y->count + 1) * sizeof(*e->approvals));
	for (y = y->first; y != NULL; y = y->next) {
		rule = &e->approvals[e->approvals_count];
		if (!rule_read(t->arena, y, targets_report, t, rule))
			continue;
		for (size_t i = 0; i < e->approvals_count; i++)
			if (strcmp(e->approvals[i].role, rule->role) == 0)
				targets_wrong(
				    t, y, MESSAGE("targets_role_twice"));
		e->approvals_count++;
	}
}

/* The targets of an environment, and its groups. */
static void
read_targets(
    struct targets *t, struct environment *e, const struct yaml_tree *y)
{
	struct target **targets = &e->targets;
	struct group **groups = &e->groups;
	const struct yaml_tree *map;
	struct group *g;

	if ((map = yaml_tree_get(y, "targets")) != NULL &&
	    map->kind == YTREE_MAP)
		for (map = map->first; map != NULL; map = map->next)
			read_target(t, e, map, &targets);
	else if (map != NULL && (map->kind != YTREE_TEXT || *map->text))
		targets_wrong(t, map, MESSAGE("targets_targets_map"));
	check_jump_hosts(t, e);
	if ((map = yaml_tree_get(y, "groups")) != NULL &&
	    map->kind == YTREE_MAP)
		for (map = map->first; map != NULL; map = map->next)
			read_group(t, e, map, &groups);
	else if (map != NULL && (map->kind != YTREE_TEXT || *map->text))
		targets_wrong(t, map, MESSAGE("targets_groups_map"));
	for (g = e->groups; g != NULL; g = g->next)
		fill_group(t, e, g, 0);
}

static void
read_environment(
    struct targets *t, const struct yaml_tree *y, struct environment ***tail)
{
	static const char *const keys[] = { "label", "production", "approvals",
		"values", "local", "targets", "groups", NULL };
	struct environment *e = arena_alloc(t->arena, sizeof(*e));
	const struct yaml_tree *map;

	if (!text_is_id(y->key))
		targets_wrong_key(t, y, MESSAGE("targets_environment_name"));
	e->name = e->label = y->key;
	**tail = e;
	*tail = &e->next;
	if (y->kind != YTREE_MAP) {
		if (y->kind != YTREE_TEXT || y->text[0] != '\0')
			targets_wrong(
			    t, y, MESSAGE("targets_environment_keys"));
		return;
	}
	yaml_tree_check_keys(
	    t->arena, y, keys, MESSAGE("where_environment"), targets_report, t);
	if (yaml_tree_text(y, "label") != NULL)
		e->label = yaml_tree_text(y, "label");
	targets_check_flag(t, y, "production", &e->production);
	if ((map = yaml_tree_get(y, "approvals")) != NULL)
		read_rules(t, e, map);
	if ((map = yaml_tree_get(y, "local")) != NULL)
		local_read(t, e, map);
	if ((map = yaml_tree_get(y, "values")) != NULL)
		values_read(t, e, map);
	read_targets(t, e, y);
}

static void
read_all(struct targets *t, const char *text, size_t len)
{
	static const char *const keys[] = { "environments", NULL };
	struct environment **tail = &t->environments;
	const struct yaml_tree *y, *map;

	if (!text_is_utf8(text, len)) {
		targets_report(t, 1, 1, MESSAGE("targets_utf8"));
		return;
	}
	y = yaml_tree_read(t->arena, text, len, 1, targets_report, t);
	if (y == NULL)
		return;
	if (y->kind != YTREE_MAP) {
		targets_wrong(t, y, MESSAGE("targets_first_key"));
		return;
	}
	yaml_tree_check_keys(
	    t->arena, y, keys, "targets.yml", targets_report, t);
	map = yaml_tree_get(y, "environments");
	if (map == NULL || map->kind != YTREE_MAP) {
		targets_wrong(t, map != NULL ? map : y,
		    MESSAGE("targets_environments_map"));
		return;
	}
	for (map = map->first; map != NULL; map = map->next)
		read_environment(t, map, &tail);
}

struct targets *
targets_parse(const char *text, size_t len, const char *dir)
{
	struct targets *t = mem_calloc(1, sizeof(*t));

	t->arena = arena_new();
	t->dir = arena_strdup(t->arena, dir != NULL ? dir : ".");
	if (len > TARGETS_MAX)
		targets_report(t, 1, 1, MESSAGE("targets_large"));
	else
		read_all(t, text, len);
	return t;
}

enum err
targets_load(const char *path, struct targets **ret)
{
	struct buf text = { 0 };
	const char *slash = strrchr(path, '/');
	char *dir;
	enum err err;

	dir = slash == NULL
	    ? mem_strdup(".")
	    : mem_strndup(path, slash == path ? 1 : (size_t)(slash - path));
	err = io_read_beneath(
	    dir, slash == NULL ? path : slash + 1, TARGETS_MAX, &text);
	if (err == ERR_OK)
		*ret = targets_parse(buf_text(&text), text.len, dir);
	free(dir);
	buf_clear(&text);
	return err;
}

void
targets_free(struct targets *t)
{
	if (t == NULL)
		return;
	for (struct environment *e = t->environments; e != NULL; e = e->next)
		for (struct group *g = e->groups; g != NULL; g = g->next)
			free(g->members);
	arena_free(t->arena);
	free(t->diagnostics);
	free(t);
}

const struct diagnostic *
targets_diagnostics(
    const struct targets *t, size_t *ret_count, size_t *ret_errors)
{
	*ret_count = t->count;
	*ret_errors = t->errors;
	return t->diagnostics;
}
