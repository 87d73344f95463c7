/*
 * decisions.c: what a person must decide about a proposal.
 *
 * A document says what to do, and rarely where; its author writes a path or a
 * version wherever it is needed.  Nobody but a person knows the target, and
 * whether a value that stands in several steps is one value: so both are listed
 * with their lines, and nothing is replaced.
 */
#include <string.h>

#include "import/decisions.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/catalogue.h"
#include "base/message.h"
#include "import/repeated.h"
#include "compiler/runbook.h"

#define LISTED 12 /* lines of a list */

/* Lines of the result, as “12, 40”. */
struct lines {
	struct buf text;
	int first;
	size_t count;
};

static void
add_line(struct lines *l, int line)
{
	if (l->count == 0)
		l->first = line;
	if (l->count < LISTED)
		buf_printf(&l->text, "%s%d", l->count > 0 ? ", " : "", line);
	else if (l->count == LISTED)
		buf_puts(&l->text, ", …");
	l->count++;
}

/* Appends the message at the first of the lines, if there are any. */
static void
put(struct buf *out, struct lines *l, size_t least, const char *message)
{
	if (l->count >= least)
		buf_printf(out, "%d: %s\n", l->first, catalogue_local(message));
	buf_clear(&l->text);
}

static bool
is_executed(const struct step *s)
{
	return kind_is((int)s->kind, KIND_EXECUTED);
}

static void
put_targets(const struct runbook *r, struct arena *a, struct buf *out)
{
	struct lines here = { 0 }, undo = { 0 };

	for (size_t i = 0; i < r->plan.steps_count; i++) {
		const struct step *s = &r->plan.steps[i];

		if (!is_executed(s) || s->restores)
			continue;
		if (strcmp(s->on, "local") == 0 && s->kind != STEP_HTTP)
			add_line(&here, s->line);
		if (s->rollback && s->undo == NULL)
			add_line(&undo, s->line);
	}
	put(out, &here, 1,
	    message_arena(a, "import_no_on lines=%s", buf_text(&here.text)));
	put(out, &undo, 1,
	    message_arena(a, "import_no_undo lines=%s", buf_text(&undo.text)));
}

static bool
has_value(const struct step *step, const char *value)
{
	const char *s = step->text != NULL ? step->text : "";
	size_t len = strlen(s);

	for (size_t i = 0; i < len; i++) {
		if (s[i] == '#' && repeated_is_comment(s, i))
			i += strcspn(s + i, "\n");
		else if (repeated_at(value, s, len, i) > 0)
			return true;
	}
	return false;
}

/* Steps that name a parameter's default, where it could not be put in. */
static void
put_defaults(const struct runbook *r, struct arena *a, struct buf *out)
{
	for (size_t i = 0; i < r->plan.parameters_count; i++) {
		const struct parameter *parameter = &r->plan.parameters[i];
		struct lines lines = { 0 };

		if (parameter->fallback == NULL || parameter->pattern == NULL)
			continue;
		for (size_t k = 0; k < r->plan.steps_count; k++)
			if (has_value(&r->plan.steps[k], parameter->fallback))
				add_line(&lines, r->plan.steps[k].line);
		put(out, &lines, 1,
		    message_arena(a,
			"import_default parameter=%s value=%s lines=%s",
			parameter->name, parameter->fallback,
			buf_text(&lines.text)));
	}
}

static void
put_values(const struct runbook *r, struct arena *a, struct buf *out)
{
	struct repeated *all = arena_alloc(a, REPEATED_MAX * sizeof(*all));
	size_t count = repeated_find(r, a, all);

	for (size_t i = 0; i < count; i++)
		buf_printf(out, "%d: %s\n", all[i].line,
		    catalogue_local(
			message_arena(a, "import_repeated value=%s lines=%s",
			    all[i].value, all[i].lines)));
}

void
decisions_put(const struct runbook *result, struct buf *out)
{
	struct arena *a = arena_new();

	put_targets(result, a, out);
	put_values(result, a, out);
	put_defaults(result, a, out);
	arena_free(a);
}
