/*
 * nodes.c: headings, paragraphs and items of a document as proposals of steps.
 *
 * An item of a procedure becomes a task, if it has text and no commands of its
 * own.
 */
#include <ctype.h>
#include <string.h>

#include "import/nodes.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/message.h"
#include "import/choice/alternatives.h"
#include "import/back.h"
#include "import/block/code.h"
#include "import/block/step.h"
#include "import/commands.h"
#include "import/choice/conditions.h"
#include "import/import_own.h"
#include "import/items.h"
#include "import/notes.h"
#include "import/plain.h"
#include "import/headings.h"
#include "import/imperative.h"
#include "import/topics.h"
#include "import/sentences.h"
#include "import/choice/options.h"
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

int
nodes_rollbacks_around(struct import *im)
{
	int depth = 0;

	for (int level = 1; level <= 6; level++)
		depth += im->rollbacks[level];
	return depth;
}

const char *
nodes_new_id(struct import *im, const char *title, const char *kind)
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
	int depth = nodes_rollbacks_around(im);

	if (im->shallowest < 0 || depth < im->shallowest)
		im->shallowest = depth;
	return nodes_new_id(im, title, kind);
}

/* The step makes a backup, which is no part of the way back. */
static bool
is_backup(struct import *im, const char *title)
{
	return nodes_rollbacks_around(im) == 0 && !im->deletes &&
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

/* The length of the path behind “cd ”, or 0. */
static size_t
folder_length(const char *text)
{
	size_t n;

	if (!text_starts(text, "cd /") && !text_starts(text, "cd ~/"))
		return 0;
	n = strcspn(text + 3, " \t\r\n;&|<>$`*?\"'\\{}()#");
	return text[3 + n + strspn(text + 3 + n, " \t\r\n")] == '\0' ? n : 0;
}

bool
nodes_is_folder(const char *text)
{
	return folder_length(text + strspn(text, " \t\r\n")) > 0;
}

bool
nodes_enter_folder(struct import *im, const char *text)
{
	size_t n;

	text += strspn(text, " \t\r\n");
	n = folder_length(text);
	if (n > 0)
		im->folders[im->level] = arena_strndup(
		    im->p.arena, text + 3, n);
	return n > 0;
}

/* The title is that of the heading, which decides on all that is below it. */
static bool
is_of_heading(struct import *im, const char *title)
{
	return im->heading != NULL &&
	    strcmp(title, text_title(&im->p, im->heading)) == 0;
}

/* It may be skipped: it is done under a condition, or helps if something went
 * wrong. */
static bool
is_optional(struct import *im, const char *title, const char *more)
{
	if (im->troubles > 0 || back_is_here(im))
		return true;
	if (nodes_rollbacks_around(im) > 0 && back_is_failure(title))
		return false; /* “if it fails, roll back with:” */
	if (strstr(more, " capture=") != NULL)
		return false; /* it asks whether the condition holds */
	if (im->maybe == 0 && im->conditions == 0 && !im->offered &&
	    (is_of_heading(im, title) ||
		!(im->leads_block ? condition_leads(title)
				  : condition_is(title))))
		return false;
	import_note_line(im, im->at, MESSAGE("import_optional"));
	return true;
}

const char *
import_braces(
    struct import *im, const char *title, const char *kind, const char *more)
{
	int k = kind_find(kind);
	const char *when = options_when(im);
	const char *on = im->on != NULL && k < STEP_KIND__MAX &&
		kind_is(k, KIND_SHELL | KIND_ONE(EDIT))
	    ? arena_printf(im->p.arena, " on=%s", im->on)
	    : "";

	if (folder_here(im) != NULL && import_is_shell(kind) &&
	    strstr(more, " cwd=") == NULL)
		on = arena_printf(
		    im->p.arena, "%s cwd=%s", on, folder_here(im));
	return arena_printf(im->p.arena, " {#%s%s%s%s%s}",
	    step_id(im, title, kind), on,
	    is_optional(im, title, more) ? " .optional"
		: is_backup(im, title)   ? " .essential"
					 : "",
	    when, more);
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
		options_note(im, text_title(p, n), n->at);
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

/* The item begins with a condition, which holds for all that is within it. */
static bool
is_conditional(struct import *im, const struct node *li)
{
	const struct node *text = li->first;

	return text != NULL && text->type == NODE_P &&
	    condition_is(text_title(&im->p, text));
}

/* Makes proposals of a paragraph, and lists the commands that are left. */
static void
read_paragraph(struct import *im, const struct node *n)
{
	size_t count = im->count;

	im->before = n->at != NOWHERE &&
		looks_like_a_shortcode(im->p.src + n->at)
	    ? NULL
	    : n;
	import_paragraph(im, n);
	if (!im->cautious)
		commands_note(im, n);
	if (!im->cautious && im->count == count && n->parent->type != NODE_LI)
		plain_note(im, n);
}

void
import_nodes(struct import *im, const struct node *n)
{
	const struct node *back_in;
	int back, conditional;

	for (; n != NULL; n = n->next) {
		if (n->at != NOWHERE)
			im->at = n->at;
		im->offered = false;
		if (n->type != NODE_CODE && n->type >= NODE_LI &&
		    blocks_is_comment(&im->p, n->at))
			continue;
		if (n->type == NODE_H) {
			if (n->parent == im->p.doc)
				headings_read(im, n);
			im->heading = n;
			im->before = NULL;
			continue;
		}
		if (n->type == NODE_CODE) {
			import_code(im, n);
			im->before = NULL;
			continue;
		}
		if (n->type == NODE_P)
			read_paragraph(im, n);
		if (n->type >= NODE_P)
			continue;
		if (n->type == NODE_LI)
			import_item(im, n);
		conditional = n->type == NODE_LI && is_conditional(im, n);
		im->quotes += n->type == NODE_QUOTE;
		im->conditions += conditional;
		back = im->back;
		back_in = im->back_in;
		import_nodes(im, n->first);
		im->conditions -= conditional;
		im->back = back;
		im->back_in = back_in;
		im->quotes -= n->type == NODE_QUOTE;
	}
}
