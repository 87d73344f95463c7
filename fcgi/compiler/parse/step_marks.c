/*
 * step_marks.c: marks the nodes of the tree that are steps or hold some.
 *
 * A fenced block with braces is a step, unless it is an example; so is an item
 * with a check box.  A block that only looks like a step is an error, since it
 * would not be executed.
 */
#include <string.h>

#include "compiler/parse/step_marks.h"
#include "compiler/parse/attribute.h"
#include "base/message.h"
#include "compiler/parse/parse.h"
#include "compiler/parse/source.h"

/* Its braces contain “pty”. */
static bool
is_terminal_step(const struct parse *p, const struct node *n)
{
	size_t open, close;

	return n != NULL && n->type == NODE_CODE && n->holds_step &&
	    attribute_find(p, n->info, n->info_end, &open, &close) &&
	    attribute_has_word(p, open, close, "pty");
}

/*
 * A block without braces: answers count only directly behind a step with “pty”.
 */
static bool
is_bare_step(struct parse *p, const struct node *n, const struct node *before)
{
	if (strcmp(n->lang, "answers") != 0)
		return false;
	if (is_terminal_step(p, before))
		return true;
	report(p, SEVERITY_WARNING, n->info, "answers_shown");
	return false;
}

static void
report_unknown_kind(struct parse *p, const struct node *n)
{
	const char *kinds = "";

	for (int i = 0; i < STEP_KIND__MAX; i++)
		if (kind_is(i, KIND_BLOCK))
			kinds = arena_printf(p->arena, "%s%s%s", kinds,
			    *kinds != '\0' ? ", " : "", kind_name(i));
	report(p, SEVERITY_ERROR, n->info,
	    "block_unknown_kind kind=%s kinds=%s", n->lang, kinds);
}

/* A fenced block with braces: a step, or an error. */
static bool
is_code_step(struct parse *p, const struct node *n, const struct node *before)
{
	size_t open, close;
	const char *brace;

	brace = memchr(p->src + n->info, '{', n->info_end - n->info);
	if (brace == NULL)
		return is_bare_step(p, n, before);
	if (!attribute_find(p, n->info, n->info_end, &open, &close)) {
		report(p, SEVERITY_ERROR, (size_t)(brace - p->src),
		    memchr(brace, '}',
			n->info_end - (size_t)(brace - p->src)) == NULL
			? MESSAGE("brace_open_line")
			: MESSAGE("brace_not_at_end"));
		return false;
	}
	if (attribute_has_word(p, open, close, ".example"))
		return false;
	if (n->in_html)
		report(p, SEVERITY_ERROR, n->at, "step_in_html");
	if (kind_is(kind_find(n->lang), KIND_BLOCK))
		return true;
	if (n->lang[0] == '\0')
		report(p, SEVERITY_ERROR, n->info, "block_no_kind");
	else
		report_unknown_kind(p, n);
	return false;
}

/* A task that other readers show as well. */
static bool
is_task(struct parse *p, struct node *n)
{
	if (n->type != NODE_LI || !n->task)
		return false;
	if (!blocks_is_comment(p, n->at))
		return true;
	n->task = false;
	advise(p, n->at, "check_commented");
	return false;
}

bool
step_marks_read(struct parse *p, struct node *n, const struct node *before)
{
	const struct node *last = NULL;

	if (n->type >= NODE_EM || n->type == NODE_P || n->type == NODE_TABLE)
		return false;
	if (n->type == NODE_CODE)
		n->holds_step = n->fenced && n->number >= 0 &&
		    is_code_step(p, n, before);
	else
		n->holds_step = is_task(p, n);
	for (struct node *c = n->first; c != NULL; last = c, c = c->next)
		if (step_marks_read(p, c, last))
			n->holds_step = true;
	return n->holds_step;
}
