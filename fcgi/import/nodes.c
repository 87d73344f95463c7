/*
 * nodes.c: headings, paragraphs and items of a document as proposals of steps.
 *
 * An item of a procedure becomes a task, if it has text and no commands of its
 * own; a heading that names the way back gets the mark of a rollback.
 */
#include <ctype.h>
#include <string.h>

#include "import/nodes.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/buf.h"
#include "base/message.h"
#include "import/alternatives.h"
#include "import/back.h"
#include "import/block/code.h"
#include "import/block/step.h"
#include "import/import_own.h"
#include "import/items.h"
#include "import/notes.h"
#include "import/plain.h"
#include "import/imperative.h"
#include "import/topics.h"
#include "import/sentences.h"
#include "lang/each/each_ids.h"
#include "compiler/parse/attribute.h"
#include "compiler/parse/heuristics.h"
#include "compiler/parse/slug.h"
#include "compiler/parse/source.h"

void
import_insert(struct import *im, size_t at, size_t skip, const char *text)
{
	struct insertion *i;

	i = mem_grow(&im->list, &im->cap, im->count, sizeof(*i));
	i->at = at;
	i->skip = skip;
	i->order = im->count++;
	i->text = text;
	i->unmarked = "";
	i->rollback = 0;
}

static int
rollbacks_around(struct import *im)
{
	int depth = 0;

	for (int level = 1; level <= 6; level++)
		depth += im->rollbacks[level];
	return depth;
}

static const char *
new_id(struct import *im, const char *title, const char *kind)
{
	const char *base = ids_slug(im->p.arena, title);

	if (base[0] == '\0')
		base = arena_printf(
		    im->p.arena, "%s-%zu", kind, im->ids_count + 1);
	im->ids_count++;
	im->last_id = ids_derive(im->ids, im->p.arena, base);
	return im->last_id;
}

static const char *
step_id(struct import *im, const char *title, const char *kind)
{
	int depth = rollbacks_around(im);

	if (im->shallowest < 0 || depth < im->shallowest)
		im->shallowest = depth;
	return new_id(im, title, kind);
}

/* The step makes a backup, which is no part of the way back. */
static bool
is_backup(struct import *im, const char *title)
{
	return rollbacks_around(im) == 0 && !im->deletes &&
	    (topic_is_backup(title) ||
		(im->heading != NULL &&
		    topic_names_backup(text_title(&im->p, im->heading))));
}

/* That of the section, or of the one around it; NULL: none is named. */
static const char *
folder_here(const struct import *im)
{
	for (int level = im->level; level >= 0; level--)
		if (im->folders[level] != NULL)
			return im->folders[level];
	return NULL;
}

bool
nodes_enter_folder(struct import *im, const char *text)
{
	size_t n;

	text += strspn(text, " \t\r\n");
	if (!text_starts(text, "cd /") && !text_starts(text, "cd ~/"))
		return false;
	text += 3;
	n = strcspn(text, " \t\r\n;&|<>$`*?\"'\\{}()#");
	if (text[n + strspn(text + n, " \t\r\n")] != '\0')
		return false;
	im->folders[im->level] = arena_strndup(im->p.arena, text, n);
	return true;
}

const char *
import_braces(
    struct import *im, const char *title, const char *kind, const char *more)
{
	int k = kind_find(kind);
	const char *on = im->on != NULL && k < STEP_KIND__MAX &&
		kind_is(k, KIND_SHELL | KIND_ONE(EDIT))
	    ? arena_printf(im->p.arena, " on=%s", im->on)
	    : "";

	if (folder_here(im) != NULL && import_is_shell(kind) &&
	    strstr(more, " cwd=") == NULL)
		on = arena_printf(
		    im->p.arena, "%s cwd=%s", on, folder_here(im));
	return arena_printf(im->p.arena, " {#%s%s%s%s}",
	    step_id(im, title, kind), on,
	    im->troubles > 0 || back_is_here(im) ? " .optional"
		: is_backup(im, title)           ? " .essential"
						 : "",
	    more);
}

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

size_t
import_text_end(const struct parse *p, const struct node *n)
{
	size_t start = n->at, end;

	end = source_line_end(p, source_line(p, n->end - 1));
	while (end > start && strchr(" \t", p->src[end - 1]) != NULL)
		end--;
	if (n->type == NODE_H) {
		size_t to = end;

		while (to > start && p->src[to - 1] == '#')
			to--;
		if (to > start && strchr(" \t", p->src[to - 1]) != NULL)
			end = to - 1;
	}
	return end;
}

/* Notes whether a list of things to do follows. */
static void
import_lead(struct import *im, const struct node *n)
{
	const char *title = text_title(&im->p, n), *behind;
	const char *all = items_text(im, n);

	behind = imperative_behind_number(title);
	if (n->parent == im->p.doc)
		im->offers = topic_offers(title);
	if (topic_leads(all))
		im->leads = imperative_is(behind != NULL ? behind : title);
	else if (n->parent == im->p.doc &&
	    (behind == NULL || (!text_ends(all, ":") && !text_ends(all, "："))))
		im->leads = false;
}

static bool
ends_in_colon(struct import *im, const struct node *n)
{
	const char *text = n->end != NOWHERE && n->end > 0 ? items_text(im, n)
							   : "";

	return text_ends(text, ":") || text_ends(text, "：");
}

/* "2、Delete it all" in a paragraph of its own, with nothing to execute behind
 * it, is a step that a person does. */
static void
import_paragraph(struct import *im, const struct node *n)
{
	struct parse *p = &im->p;
	struct verdict unused = { 0 };
	const char *title, *order;
	size_t start;

	if (n->at != NOWHERE && n->end != NOWHERE && n->end > 0)
		import_lead(im, n);
	back_read(im, n);
	if (n->at != NOWHERE && (back_is_label(im, n) || ends_in_colon(im, n)))
		alternatives_read(im, text_title(p, n), n->at);
	if (!im->cautious && back_is_here(im)) {
		if (im->back == BACK_BLOCK)
			back_note(im, n);
		return;
	}
	if (im->cautious || im->ids_count >= IMPORT_STEPS_MAX ||
	    (n->parent != p->doc &&
		(n->parent->type != NODE_LI || n->parent->first == n)) ||
	    n->at == NOWHERE || n->end == NOWHERE ||
	    import_refused(im, n->at) != NULL || import_sentence(im, n) ||
	    plain_put(im, n) || n->parent != p->doc ||
	    step_is_addresses(im, n->next, n) ||
	    (n->next != NULL && n->next->type == NODE_CODE &&
		import_kind(im, n->next, &unused) != NULL))
		return;
	start = source_line_start(p, source_line(p, n->at));
	title = text_title(p, n);
	order = imperative_behind_number(title);
	if (start + strspn(p->src + start, " ") != n->at || order == NULL ||
	    !imperative_is(order))
		return;
	items_span(im, n);
	import_insert(im, n->at, 0, "- [ ] ");
	import_insert(
	    im, import_text_end(p, n), 0, import_braces(im, title, "task", ""));
}

static void
name_heading(struct import *im, const struct node *n)
{
	import_insert(im, import_text_end(&im->p, n), 0,
	    arena_printf(im->p.arena, " {#%s}",
		new_id(im, text_title(&im->p, n), "section")));
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
	if (!back_is_restore(title) || rollbacks_around(im) > 0)
		return false;
	forward = im->moves || back_is_backup_too(title);
	import_note_line(im, n->at,
	    forward ? MESSAGE("import_restore_forward")
		    : MESSAGE("import_restore"));
	return !forward;
}

/* A heading that is an order, with nothing below it, becomes a task too. */
static void
import_lone_heading(struct import *im, const struct node *n)
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
mark_heading(struct import *im, const struct node *n)
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
	im->list[im->count - 1].rollback = rollbacks_around(im);
	im->list[im->count - 1].unmarked = heading_braces(im, n, false, when);
}

void
nodes_read_anchors(struct import *im)
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

static void
import_heading(struct import *im, const struct node *n)
{
	for (int level = n->number; level <= 6; level++) {
		im->rollbacks[level] = false;
		im->folders[level] = NULL;
	}
	if (n->number <= im->on_level)
		im->on = NULL;
	if (alternatives_when(im, n) == NULL && n->at != NOWHERE)
		alternatives_read(im, text_title(&im->p, n), n->at);
	im->leads = false;
	im->offers = false;
	im->has_steps = false;
	im->level = n->number;
	im->back = BACK_NOT;
	if (im->told >= n->number)
		im->told = 0;
	if (im->troubles >= n->number)
		im->troubles = 0;
	if (im->troubles == 0 && (n->number > 1 || im->heading != NULL) &&
	    topic_names_troubles(text_title(&im->p, n)))
		im->troubles = n->number;
	if (im->told == 0 && (n->number > 1 || im->heading != NULL) &&
	    topic_names_no_task(text_title(&im->p, n)))
		im->told = n->number;
	if (has_braces(&im->p, n)) {
		if (im->ids_count < 2 * IMPORT_STEPS_MAX)
			name_heading(im, n);
	} else {
		mark_heading(im, n);
	}
	if (!has_braces(&im->p, n))
		import_lone_heading(im, n);
}

/*
 * A run has steps that are no rollback.  If the whole document is a rollback,
 * the headings that hold all of it get no mark.  Those within one that has it
 * need none.
 */
void
import_unmark_headings(struct import *im)
{
	int around = im->shallowest > 0 ? im->shallowest : 0;

	for (size_t i = 0; i < im->count; i++)
		if (im->list[i].rollback > 0 &&
		    im->list[i].rollback != around + 1)
			im->list[i].text = im->list[i].unmarked;
}

void
import_nodes(struct import *im, const struct node *n)
{
	const struct node *back_in;
	size_t count;
	int back;

	for (; n != NULL; n = n->next) {
		if (n->type != NODE_CODE && n->type >= NODE_LI &&
		    blocks_is_comment(&im->p, n->at))
			continue;
		if (n->type == NODE_H) {
			if (n->parent == im->p.doc)
				import_heading(im, n);
			im->heading = n;
			im->before = NULL;
			continue;
		}
		if (n->type == NODE_CODE) {
			import_code(im, n);
			im->before = NULL;
			continue;
		}
		if (n->type == NODE_P) {
			im->before = n->at != NOWHERE &&
				looks_like_a_shortcode(im->p.src + n->at)
			    ? NULL
			    : n;
			count = im->count;
			import_paragraph(im, n);
			if (!im->cautious)
				import_sentence_rest(im, n);
			if (!im->cautious && im->count == count &&
			    n->parent->type != NODE_LI)
				plain_note(im, n);
		}
		if (n->type >= NODE_P)
			continue;
		if (n->type == NODE_LI)
			import_item(im, n);
		im->quotes += n->type == NODE_QUOTE;
		back = im->back;
		back_in = im->back_in;
		import_nodes(im, n->first);
		im->back = back;
		im->back_in = back_in;
		im->quotes -= n->type == NODE_QUOTE;
	}
}
