/*
 * headings.c: headings of a document, and what holds for what is below them.
 *
 * A heading that names the way back gets the mark of a rollback, and one of
 * several alternatives a condition.  One that is an order, with nothing below
 * it, becomes a task.
 */
#include <string.h>

#include "import/headings.h"
#include "base/buf.h"
#include "base/message.h"
#include "base/text.h"
#include "import/choice/alternatives.h"
#include "import/back.h"
#include "import/choice/conditions.h"
#include "import/import_own.h"
#include "import/imperative.h"
#include "import/items.h"
#include "import/nodes.h"
#include "import/notes.h"
#include "import/topics.h"
#include "import/choice/options.h"
#include "lang/each/each_ids.h"
#include "compiler/parse/attribute.h"
#include "compiler/parse/slug.h"
#include "compiler/parse/source.h"

/* Braces at the end of a heading or item that we would take for ours. */
static bool
has_braces(const struct parse *p, const struct node *n)
{
	size_t to;

	if (n->at == NOWHERE || n->end == NOWHERE || n->end == 0 ||
	    n->lang != NULL)
		return false;
	to = source_line_end(p, source_line(p, n->end - 1));
	return attribute_open(p, n->at, to) != NOWHERE;
}

static void
put_id(struct import *im, const struct node *n)
{
	import_insert(im, import_text_end(&im->p, n), 0,
	    arena_printf(im->p.arena, " {#%s}",
		nodes_new_id(im, text_title(&im->p, n), "section")));
}

/* The steps below the heading are a rollback. */
static bool
is_rollback(struct import *im, const struct node *n)
{
	const char *title = text_title(&im->p, n);
	bool forward;

	if (im->back_all)
		return false;
	if (back_is_rollback(title))
		return true;
	if (!back_is_restore(title) || nodes_rollbacks_around(im) > 0)
		return false;
	forward = im->moves || back_is_backup_too(title);
	import_note_line(im, n->at,
	    forward ? MESSAGE("import_restore_forward")
		    : MESSAGE("import_restore"));
	return !forward;
}

/* A heading that is an order, with nothing below it, becomes a task too. */
static void
put_lone(struct import *im, const struct node *n)
{
	const char *title = text_title(&im->p, n), *behind;
	size_t end = import_text_end(&im->p, n), line_end, close;

	behind = imperative_behind_number(title);
	if (im->cautious || n->number < 2 ||
	    im->ids_count >= IMPORT_STEPS_MAX ||
	    (n->next != NULL &&
		(n->next->type != NODE_H || n->next->number > n->number)) ||
	    !imperative_is(behind != NULL ? behind : title) ||
	    import_refused(im, n->at) != NULL)
		return;
	items_span(im, n);
	line_end = source_line_end(&im->p, source_line(&im->p, end));
	if (n->lang != NULL)
		(void)attribute_find(&im->p, n->at, end, &end, &close);
	while (strchr(" \t", im->p.src[end - 1]) != NULL)
		end--;
	import_insert(im, line_end, 0,
	    arena_printf(im->p.arena, "\n\n- [ ] %.*s%s", (int)(end - n->at),
		im->p.src + n->at, import_braces(im, title, "task", "")));
}

/* “ {#back .rollback when="…"}”, as far as it is said; or "". */
static const char *
heading_braces(
    struct import *im, const struct node *n, bool rollback, const char *when)
{
	struct buf out = { 0 };
	const char *text;

	if (n->lang != NULL)
		buf_printf(&out, " #%s", n->lang);
	if (rollback)
		buf_puts(&out, " .rollback");
	if (when != NULL)
		buf_printf(&out, " when=\"%s\"", when);
	text = out.len > 0
	    ? arena_printf(im->p.arena, " {%s}", buf_text(&out) + 1)
	    : "";
	buf_clear(&out);
	return text;
}

/* Its braces: a rollback, one of several alternatives, or both. */
static void
put_marks(struct import *im, const struct node *n)
{
	const char *when = alternatives_when(im, n);
	bool rollback = is_rollback(im, n);
	size_t at = import_text_end(&im->p, n), skip = 0, close;

	if (when == NULL && !rollback)
		return;
	if (n->lang != NULL && attribute_find(&im->p, n->at, at, &at, &close)) {
		skip = close + 1 - at;
		while (strchr(" \t", im->p.src[at - 1]) != NULL) {
			at--;
			skip++;
		}
	}
	import_insert(im, at, skip, heading_braces(im, n, rollback, when));
	if (!rollback)
		return;
	im->rollbacks[n->number] = true;
	im->list[im->count - 1].rollback = nodes_rollbacks_around(im);
	im->list[im->count - 1].unmarked = heading_braces(im, n, false, when);
}

void
headings_read_anchors(struct import *im)
{
	struct parse *p = &im->p;

	for (struct node *n = p->doc->first; n != NULL; n = n->next) {
		size_t open, close;
		const char *id;

		if (n->type != NODE_H || n->at == NOWHERE ||
		    n->end == NOWHERE || n->end == 0 ||
		    blocks_is_comment(p, n->at) ||
		    !attribute_find(
			p, n->at, import_text_end(p, n), &open, &close) ||
		    open == n->at || p->src[open + 1] != '#')
			continue;
		id = arena_strndup(
		    p->arena, p->src + open + 2, close - open - 2);
		if (!text_is_id(id) || !ids_take(im->ids, id))
			continue;
		n->lang = id;
		attribute_strip(n, open);
	}
}

/* Not everybody needs its section: an extra, or “Docker Compose” behind another
 * heading. */
static bool
may_be_left_out(struct import *im, const struct node *n)
{
	const char *title = text_title(&im->p, n);

	return !back_is_rollback(title) &&
	    (condition_names_extras(title) ||
		(im->siblings[n->number] > 1 && options_is_all(title) &&
		    alternatives_when(im, n) == NULL));
}

void
headings_read(struct import *im, const struct node *n)
{
	for (int level = n->number; level <= 6; level++) {
		im->rollbacks[level] = false;
		im->folders[level] = NULL;
		im->siblings[level] = level == n->number
		    ? im->siblings[level] + 1
		    : 0;
	}
	if (n->number <= im->on_level)
		im->on = NULL;
	if (alternatives_when(im, n) == NULL && n->at != NOWHERE)
		options_note(im, text_title(&im->p, n), n->at);
	im->leads = false;
	im->offers = false;
	im->has_steps = false;
	im->level = n->number;
	im->back = BACK_NOT;
	if (im->told >= n->number)
		im->told = 0;
	if (im->troubles >= n->number)
		im->troubles = 0;
	if (im->maybe >= n->number)
		im->maybe = 0;
	if (im->maybe == 0 && (n->number > 1 || im->heading != NULL) &&
	    may_be_left_out(im, n))
		im->maybe = n->number;
	if (im->troubles == 0 && (n->number > 1 || im->heading != NULL) &&
	    topic_names_troubles(text_title(&im->p, n)))
		im->troubles = n->number;
	if (im->told == 0 && (n->number > 1 || im->heading != NULL) &&
	    topic_names_no_task(text_title(&im->p, n)))
		im->told = n->number;
	if (has_braces(&im->p, n)) {
		if (im->ids_count < 2 * IMPORT_STEPS_MAX)
			put_id(im, n);
	} else {
		put_marks(im, n);
	}
	if (!has_braces(&im->p, n))
		put_lone(im, n);
}
