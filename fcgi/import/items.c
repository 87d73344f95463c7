/*
 * items.c: items of lists as tasks.
 *
 * An item is a task if it is an order, or stands in a numbered procedure, or in
 * a list that a sentence or the heading asks for; and if it has no commands of
 * its own.
 */
#include <ctype.h>
#include <string.h>

#include "import/items.h"
#include "base/text.h"
#include "import/block/code.h"
#include "import/block/step.h"
#include "import/back.h"
#include "import/import_own.h"
#include "import/imperative.h"
#include "import/nodes.h"
#include "import/notes.h"
#include "import/plain.h"
#include "import/sentences.h"
#include "import/topics.h"
#include "compiler/parse/slug.h"
#include "compiler/parse/source.h"

static bool
holds_commands(struct import *im, const struct node *n)
{
	struct verdict unused = { 0 };

	if (n->type == NODE_CODE)
		return import_kind(im, n, &unused) != NULL;
	if (n->type == NODE_P && n->parent->type == NODE_LI &&
	    n->parent->first != n && plain_is_commands(im, n))
		return true;
	for (const struct node *c = n->first; c != NULL; c = c->next)
		if (holds_commands(im, c))
			return true;
	return false;
}

/* Behind the list's mark of the line, or NOWHERE where that is unclear. */
static size_t
behind_mark(const struct parse *p, size_t at)
{
	size_t i = source_line_start(p, source_line(p, at)), digits = 0, gap;

	while (p->src[i] == ' ' || p->src[i] == '\t')
		i++;
	while (isdigit((unsigned char)p->src[i + digits]))
		digits++;
	if (digits > 0 &&
	    (p->src[i + digits] == '.' || p->src[i + digits] == ')'))
		i += digits + 1;
	else if (digits == 0 && p->src[i] != '\0' &&
	    strchr("-*+", p->src[i]) != NULL)
		i++;
	else
		return NOWHERE;
	gap = strspn(p->src + i, " \t");
	return gap > 0 && i + gap <= at ? i + gap : NOWHERE;
}

size_t
items_box(const struct parse *p, const struct node *text)
{
	size_t start = source_line_start(p, source_line(p, text->at));
	size_t at = text->at;

	while (text->parent->task && at > start && p->src[at] != '[')
		at--;
	return at > start ? at : text->at;
}

void
items_span(struct import *im, const struct node *n)
{
	import_span(
	    im, source_line(&im->p, n->at), source_line(&im->p, n->end - 1));
}

/* A line of a table of contents: a link into the document, and nothing else. */
static bool
is_contents(const struct node *text)
{
	const struct node *a = text->first;

	return a != NULL && a->type == NODE_A && a->next == NULL &&
	    a->text != NULL && a->text[0] == '#';
}

/* Nothing is within the item but its text. */
static bool
is_leaf(const struct node *li)
{
	return li->first != NULL && li->first->next == NULL;
}

/* The list ends with this item, and commands follow that belong to it. */
static bool
has_block_behind(struct import *im, const struct node *li)
{
	const struct node *list = li->parent;
	struct verdict unused = { 0 };

	return li->next == NULL && is_leaf(li) && list->next != NULL &&
	    list->next->type == NODE_CODE &&
	    (import_kind(im, list->next, &unused) != NULL ||
		(li->first->type == NODE_P &&
		    step_is_addresses(im, list->next, li->first)));
}

/* An item that a person could do: text, and no commands of its own. */
static bool
is_candidate(struct import *im, const struct node *li)
{
	const struct node *text = li->first;

	return text != NULL && text->type == NODE_P && text->at != NOWHERE &&
	    !is_contents(text) && !holds_commands(im, li) &&
	    !has_block_behind(im, li);
}

/* A few words, no sentences. */
static bool
is_short(struct import *im, const struct node *li)
{
	const char *title = text_title(&im->p, li->first);

	return text_characters(title) <= 40 && strstr(title, "。") == NULL &&
	    strstr(title, ". ") == NULL;
}

/*
 * A numbered list is a procedure: where a third of its items are orders by
 * their first word, the others are told in another way, and none of them is
 * left out of the middle; else none is a step.
 */
static bool
is_procedure(struct import *im, const struct node *list)
{
	size_t candidates = 0, orders = 0;

	if (im->numbered == list)
		return im->is_procedure;
	for (const struct node *li = list->first; li != NULL; li = li->next) {
		if (!is_candidate(im, li))
			continue;
		candidates++;
		orders += imperative_is(text_title(&im->p, li->first));
	}
	im->numbered = list;
	im->is_procedure = orders > 0 && orders * 3 >= candidates;
	return im->is_procedure;
}

const char *
items_text(struct import *im, const struct node *n)
{
	return arena_strndup(
	    im->p.arena, im->p.src + n->at, import_text_end(&im->p, n) - n->at);
}

/* The text of the paragraph before the list, without marks at its end, or "".
 */
static const char *
text_before(struct import *im, const struct node *list)
{
	const struct node *n = list->parent->first;
	const char *text;
	size_t len;

	while (n != list && n->next != list)
		n = n->next;
	if (n->type != NODE_P || n->at == NOWHERE)
		return "";
	text = items_text(im, n);
	len = strlen(text);
	while (len > 0 && strchr("*_ ", text[len - 1]) != NULL)
		len--;
	return arena_strndup(im->p.arena, text, len);
}

/* The list explains the marks “(1)” of the block before it. */
static bool
is_legend(const struct node *list)
{
	const struct node *n = list->parent->first;

	while (n != list && n->next != list)
		n = n->next;
	return n->type == NODE_CODE && strstr(n->text, "(1)") != NULL;
}

/* An item of a list that a sentence asks for: “back up the following:”, or
 * that stands below a heading with an order and has orders. */
static bool
is_asked_for(struct import *im, const struct node *li)
{
	const struct node *list = li->parent, *around = list->parent;
	const char *heading = im->heading != NULL
	    ? text_title(&im->p, im->heading)
	    : "";

	if (im->offers || topic_is_definition(text_title(&im->p, li->first)))
		return false;
	if (topic_names_check(heading))
		return is_short(im, li) && is_leaf(li) &&
		    !topic_explains(text_before(im, list));
	if (around->type == NODE_LI && around->first->type == NODE_P &&
	    around->first->at != NOWHERE)
		return topic_leads(items_text(im, around->first)) &&
		    imperative_is(text_title(&im->p, around->first));
	return around == im->p.doc &&
	    (im->leads || (topic_names_backup(heading) && !im->has_steps)) &&
	    is_short(im, li);
}

static bool
is_order(struct import *im, const struct node *li, const char *title)
{
	const char *behind = imperative_behind_number(title);

	if (topic_tells(text_before(im, li->parent)) ||
	    topic_offers(text_before(im, li->parent)) || is_legend(li->parent))
		return false;
	if (li->parent->type == NODE_OL)
		return (is_procedure(im, li->parent) ||
			   (im->leads && is_asked_for(im, li))) &&
		    !imperative_is_statement(title);
	return imperative_is(behind != NULL ? behind : title) ||
	    is_asked_for(im, li);
}

static void
put_item(struct import *im, const struct node *li)
{
	struct parse *p = &im->p;
	const struct node *text = li->first;
	const char *title;
	bool aside;
	size_t at;

	if (text == NULL || text->type != NODE_P || text->at == NOWHERE ||
	    import_refused(im, text->at) != NULL)
		return;
	title = text_title(p, text);
	aside = !im->cautious && back_is_here(im);
	if (aside)
		back_note(im, text);
	if (!aside && !im->cautious && im->ids_count < IMPORT_STEPS_MAX &&
	    (import_sentence(im, text) || (!li->task && plain_put(im, text)))) {
		if (li->task)
			import_insert(im, items_box(&im->p, text),
			    text->at - items_box(&im->p, text), "");
		return;
	}
	if (li->task && im->ids_count < 2 * IMPORT_STEPS_MAX) {
		items_span(im, text);
		import_insert(im, import_text_end(p, text), 0,
		    import_braces(im, title, "task", ""));
		return;
	}
	if (aside || im->cautious || im->quotes > 0 ||
	    im->ids_count >= IMPORT_STEPS_MAX || im->told > 0 ||
	    !is_candidate(im, li) || !is_order(im, li, title))
		return;
	at = behind_mark(p, text->at);
	if (at == NOWHERE)
		return;
	items_span(im, text);
	import_insert(im, at, 0, "[ ] ");
	import_insert(im, import_text_end(p, text), 0,
	    import_braces(im, title, "task", ""));
}

void
import_item(struct import *im, const struct node *li)
{
	const struct node *text = li->first;
	int back = im->back;

	if (text != NULL && text->at != NOWHERE)
		im->at = text->at;
	if (text != NULL && text->type == NODE_P && text->at != NOWHERE &&
	    text->end != NOWHERE && text->end > 0 &&
	    back_tells(items_text(im, text)))
		im->back = BACK_BLOCK;
	put_item(im, li);
	im->back = back;
}
