/*
 * approval_rule.c: approval rules, with one syntax in front matter and
 * targets.yml.
 */
#include <string.h>

#include "base/clock.h"
#include "base/message.h"
#include "base/text.h"
#include "compiler/approval_rule.h"

struct reader {
	yaml_tree_report_fn tell;
	void *ctx;
};

static void
wrong(const struct reader *r, const struct yaml_tree *y, const char *message)
{
	r->tell(r->ctx, y->line, y->column, message);
}

static void
read_count(const struct reader *r, const struct yaml_tree *map,
    struct approval_rule *rule)
{
	const struct yaml_tree *y = yaml_tree_get(map, "count");
	int64_t n = 1;

	if (y != NULL &&
	    (y->kind != YTREE_TEXT || !text_int(y->text, 1, 20, &n)))
		wrong(r, y, MESSAGE("approval_count"));
	rule->count = (int)n;
}

static void
read_expires(const struct reader *r, const struct yaml_tree *map,
    struct approval_rule *rule)
{
	const struct yaml_tree *y = yaml_tree_get(map, "expires");

	if (y != NULL &&
	    (y->kind != YTREE_TEXT ||
		!clock_parse_duration(y->text, &rule->expires_ms) ||
		rule->expires_ms <= 0))
		wrong(r, y, MESSAGE("approval_expiry"));
}

static void
read_same_person(const struct reader *r, const struct yaml_tree *map,
    struct approval_rule *rule)
{
	const struct yaml_tree *y = yaml_tree_get(map, "same-person");

	if (y == NULL)
		return;
	rule->same_person = y->kind == YTREE_TEXT &&
	    strcmp(y->text, "allowed") == 0;
	if (!rule->same_person)
		wrong(r, y, MESSAGE("approval_same_person"));
}

bool
rule_read(struct arena *arena, const struct yaml_tree *y,
    yaml_tree_report_fn tell, void *ctx, struct approval_rule *ret)
{
	static const char *const keys[] = { "role", "count", "expires",
		"same-person", NULL };
	const struct reader r = { tell, ctx };
	struct approval_rule rule = { 0 };

	if (y->kind != YTREE_MAP) {
		wrong(&r, y, MESSAGE("approval_map"));
		return false;
	}
	yaml_tree_check_keys(
	    arena, y, keys, MESSAGE("where_approval"), tell, ctx);
	rule.role = yaml_tree_text(y, "role");
	if (rule.role == NULL || !text_is_id(rule.role))
		wrong(&r, y, MESSAGE("approval_role"));
	read_count(&r, y, &rule);
	read_expires(&r, y, &rule);
	read_same_person(&r, y, &rule);
	*ret = rule;
	return rule.role != NULL && text_is_id(rule.role);
}
