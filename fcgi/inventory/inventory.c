/* inventory.c: reports errors in targets.yml with line and column. */
#include "base/mem.h"
#include "base/message.h"
#include "inventory/inventory.h"

void
targets_report(void *ctx, int line, int column, const char *message)
{
	struct targets *t = ctx;
	struct diagnostic *d;

	t->errors++;
	if (t->count >= 200)
		return;
	d = mem_grow(&t->diagnostics, &t->cap, t->count++, sizeof(*d));
	d->severity = SEVERITY_ERROR;
	d->line = line;
	d->column = column;
	d->message = arena_strdup(t->arena, message);
}

void
targets_wrong(struct targets *t, const struct yaml_tree *y, const char *message)
{
	targets_report(t, y->line, y->column, message);
}

void
targets_wrong_key(
    struct targets *t, const struct yaml_tree *y, const char *message)
{
	targets_report(t, y->key_line, y->key_column, message);
}

void
targets_check_flag(
    struct targets *t, const struct yaml_tree *map, const char *key, bool *ret)
{
	const struct yaml_tree *y = yaml_tree_get(map, key);

	if (y != NULL && !yaml_tree_bool(y, ret))
		targets_wrong(
		    t, y, message_arena(t->arena, "front_bool key=%s", key));
}
