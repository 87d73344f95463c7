/*
 * steps.c: converts the tree to the items of the page: headings, prose, steps.
 *
 * A list or quote that contains steps is split around them: the parts before a
 * step, between two, and behind the last have their own copies of the lists and
 * items around them, numbers included, so that the text reads as before.  A
 * container without steps is kept whole.
 */
#include <stdio.h>
#include <string.h>

#include "compiler/parse/steps.h"
#include "base/mem.h"
#include "compiler/parse/heuristics.h"
#include "compiler/parse/parse.h"
#include "compiler/parse/source.h"
#include "compiler/parse/slug.h"
#include "compiler/parse/attribute.h"
#include "compiler/parse/step_attributes.h"
#include "compiler/parse/step_marks.h"

struct walk {
	struct parse *p;
	struct node *chain[RUNBOOK_MAX_DEPTH + 2];  /* split containers */
	struct node *copies[RUNBOOK_MAX_DEPTH + 2]; /* of them, or NULL */
	size_t depth;
	struct node *prose;        /* the open fragment, or NULL */
	const struct node *before; /* candidates for the next title */
	int section;
	bool full;
};

static void
add_item(
    struct walk *w, enum item_kind kind, int index, const struct node *nodes)
{
	struct parse *p = w->p;
	struct item *item;

	item = mem_grow(
	    &p->items, &p->items_cap, p->items_count, sizeof(*item));
	p->items_count++;
	item->kind = kind;
	item->index = index;
	item->section = w->section;
	item->nodes = nodes;
}

/* Ends the prose: the next item does not continue it. */
static void
cut(struct walk *w)
{
	w->prose = NULL;
	for (size_t i = 0; i < w->depth; i++)
		w->copies[i] = NULL;
}

/* Copies the container at that level, to hold n or its container. */
static struct node *
copy_container(struct walk *w, size_t i, const struct node *n)
{
	struct node *from = w->chain[i], *copy = node_new(w->p, from->type);

	copy->alert = from->alert;
	copy->number = from->number;
	if (from->type == NODE_OL)
		copy->number = (i + 1 < w->depth ? w->chain[i + 1] : n)->number;
	copy->continued = from->continued;
	from->continued = true;
	return copy;
}

static void
add_prose(struct walk *w, struct node *n)
{
	struct node *to;

	if (w->prose == NULL) {
		w->prose = node_new(w->p, NODE_FRAGMENT);
		add_item(w, ITEM_PROSE, 0, w->prose);
	}
	to = w->prose;
	for (size_t i = 0; i < w->depth; i++) {
		if (w->copies[i] == NULL) {
			w->copies[i] = copy_container(w, i, n);
			node_append(to, w->copies[i]);
		}
		to = w->copies[i];
	}
	w->before = n->type == NODE_P &&
		(n->at == NOWHERE || !looks_like_a_shortcode(w->p->src + n->at))
	    ? n
	    : NULL;
	if (n->type == NODE_UL || n->type == NODE_OL)
		w->before = n->last != NULL ? n->last->first : NULL;
	node_append(to, n);
}

/*
 * Finds attributes at the end of a heading or paragraph and removes them from
 * its text.
 */
static void
take_attributes(struct walk *w, struct node *n, struct attrs *ret)
{
	struct parse *p = w->p;
	size_t to, open, close, first;

	if (n->at == NOWHERE || n->end == NOWHERE || n->end == 0)
		return;
	to = source_line_end(p, source_line(p, n->end - 1));
	if (n->type == NODE_H) {
		size_t end = to;

		while (end > n->at && strchr(" \t", p->src[end - 1]))
			end--;
		while (end > n->at && p->src[end - 1] == '#')
			end--;
		if (end > n->at && strchr(" \t}", p->src[end - 1]))
			to = end;
	}
	first = attribute_open(p, n->at, to);
	if (first == NOWHERE)
		return;
	if (attribute_find(p, first, to, &open, &close)) {
		if (attribute_open(p, open, to) != open)
			return;
		attribute_read(p, open, close, ret);
		attribute_strip(n, open);
		return;
	}
	if (memchr(p->src + first, '}', to - first) == NULL)
		report(p, SEVERITY_ERROR, first, "brace_open");
	else
		report(p, SEVERITY_ERROR, first,
		    n->type == NODE_H ? "brace_of_heading" : "brace_of_item");
}

static int
parent_of(const struct parse *p, int level)
{
	int i = (int)p->sections_count - 1;

	while (i > 0 && p->sections[i].level >= level)
		i = p->sections[i].parent;
	return i;
}

static struct section *
new_section(struct parse *p, struct origin **ret)
{
	struct section *s;

	s = mem_grow(
	    &p->sections, &p->sections_cap, p->sections_count, sizeof(*s));
	*ret = mem_grow(&p->section_origins, &p->section_origins_cap,
	    p->sections_count, sizeof(**ret));
	return s;
}

static bool
is_full(struct walk *w, size_t count, size_t at)
{
	if (count < RUNBOOK_MAX_STEPS)
		return false;
	if (!w->full)
		report(w->p, SEVERITY_ERROR, at,
		    "document_steps steps=%d headings=%d", RUNBOOK_MAX_STEPS,
		    RUNBOOK_MAX_STEPS);
	w->full = true;
	return true;
}

static void
add_heading(struct walk *w, struct node *n)
{
	struct parse *p = w->p;
	struct section *s, *parent;
	struct origin *o;
	int column;

	if (is_full(w, p->sections_count, n->at)) {
		add_prose(w, n);
		return;
	}
	cut(w);
	w->before = NULL;
	s = new_section(p, &o);
	s->level = n->number;
	s->parent = parent_of(p, n->number);
	o->at = n->at != NOWHERE ? n->at : 0;
	o->node = n;
	take_attributes(w, n, &o->attrs);
	s->title = text_title(p, n);
	source_place(p, o->at, &s->line, &column);
	section_attributes_apply(p, s, o);
	parent = &p->sections[s->parent];
	s->rollback |= parent->rollback;
	if (s->role == NULL)
		s->role = parent->role;
	w->section = (int)p->sections_count++;
	add_item(w, ITEM_HEADING, w->section, NULL);
}

/* Finds the title before or around the step. */
static const char *
find_title(struct walk *w)
{
	const char *title = "";

	if (w->before != NULL)
		title = text_title(w->p, w->before);
	for (int i = w->section; title[0] == '\0' && i > 0;
	     i = w->p->sections[i].parent)
		title = w->p->sections[i].title;
	return title;
}

static void
finish_step(struct walk *w, struct step *s, struct origin *o, const char *title,
    const struct node *body)
{
	struct parse *p = w->p;
	const struct section *section = &p->sections[w->section];

	s->section = w->section;
	source_place(p, o->at, &s->line, &s->column);
	if (s->text_line == 0)
		s->text_line = s->line;
	step_attributes_apply(p, s, o);
	s->is_titled = s->title != NULL || w->before != NULL ||
	    s->kind == STEP_MANUAL;
	if (s->title == NULL)
		s->title = title[0] != '\0' ? title : kind_name(s->kind);
	if (s->role == NULL && s->kind != STEP_APPROVAL)
		s->role = section->role;
	s->rollback = section->rollback || s->undo != NULL;
	cut(w);
	add_item(w, ITEM_STEP, (int)p->steps_count, body);
	p->steps_count++;
	w->before = NULL;
}

static struct step *
new_step(struct parse *p, struct origin **ret)
{
	struct step *s = mem_grow(
	    &p->steps, &p->steps_cap, p->steps_count, sizeof(*s));

	*ret = mem_grow(&p->step_origins, &p->step_origins_cap, p->steps_count,
	    sizeof(**ret));
	step_init(s);
	s->on = "local";
	return s;
}

/*
 * The paragraph has more than its text as a title, in which values are filled
 * in.
 */
static bool
is_rich(const struct node *n)
{
	if (n->type == NODE_A || n->type == NODE_IMG)
		return true;
	for (const struct node *c = n->first; c != NULL; c = c->next)
		if (is_rich(c))
			return true;
	return false;
}

/* Removes the last child. */
static void
remove_last(struct node *n)
{
	struct node *parent = n->parent, *c = parent->first;

	while (c != n && c->next != n)
		c = c->next;
	parent->last = c != n ? c : NULL;
	if (c != n)
		c->next = NULL;
	else
		parent->first = NULL;
}

/*
 * A paragraph whose whole text became the title of the following step would be
 * on the page twice: removes it from the prose, with a list item or quote that
 * becomes empty. An item of a numbered list keeps its number.
 */
static void
drop_before(struct walk *w)
{
	struct node *in = w->depth > 0 ? w->copies[w->depth - 1] : w->prose;
	struct node *n = in != NULL ? in->last : NULL;

	if (n == NULL || n != w->before || is_rich(n) || !text_is_title(n))
		return;
	remove_last(n);
	while (in != w->prose && in->first == NULL &&
	    (in->type != NODE_LI || in->parent->type != NODE_OL)) {
		n = in;
		in = in->parent;
		remove_last(n);
	}
	if (w->prose->first == NULL) {
		w->prose = NULL;
		w->p->items_count--;
	}
}

static void
add_code_step(struct walk *w, struct node *n)
{
	struct parse *p = w->p;
	size_t open = 0, close = 0;
	int kind = kind_find(n->lang);
	const char *title;
	struct origin *o;
	struct step *s;

	if (is_full(w, p->steps_count, n->at)) {
		add_prose(w, n);
		return;
	}
	s = new_step(p, &o);
	s->kind = (enum step_kind)kind;
	s->text = n->text;
	s->text_line = n->number + 2;
	o->at = n->at;
	o->node = n;
	o->text_end = n->end;
	if (attribute_find(p, n->info, n->info_end, &open, &close))
		attribute_read(p, open, close, &o->attrs);
	title = find_title(w);
	if (attribute_get(&o->attrs, '=', "title") == NULL)
		drop_before(w);
	finish_step(w, s, o, title, NULL);
}

static void walk_blocks(struct walk *w, struct node *n);

static void
walk_inside(struct walk *w, struct node *container, struct node *first)
{
	w->chain[w->depth] = container;
	w->copies[w->depth] = NULL;
	w->depth++;
	walk_blocks(w, first);
	w->depth--;
}

/* Appends the links in n to a paragraph, with blanks between them. */
static void
move_links(struct parse *p, struct node *n, struct node *to)
{
	struct node *next, *blank;

	for (struct node *c = n->first; c != NULL; c = next) {
		next = c->next;
		if (c->type != NODE_A && c->type != NODE_IMG) {
			move_links(p, c, to);
			continue;
		}
		if (to->first != NULL) {
			blank = node_new(p, NODE_TEXT);
			blank->text = " ";
			blank->len = 1;
			node_append(to, blank);
		}
		node_append(to, c);
	}
}

/*
 * The part of a task's first paragraph to show below the title: all of it if
 * the title is another or only its beginning, otherwise its links.
 */
static void
keep_paragraph(struct walk *w, struct node *c, struct node *body, bool whole)
{
	struct node *links;

	if (whole) {
		c->tight = false;
		node_append(body, c);
	} else if (is_rich(c)) {
		links = node_new(w->p, NODE_P);
		move_links(w->p, c, links);
		node_append(body, links);
	}
}

static void
add_task(struct walk *w, struct node *li)
{
	struct parse *p = w->p;
	struct node *c = li->first, *next, *body;
	const char *title = "";
	struct origin *o;
	struct step *s;

	if (is_full(w, p->steps_count, li->at)) {
		add_prose(w, li);
		return;
	}
	s = new_step(p, &o);
	s->kind = STEP_MANUAL;
	s->text = "";
	o->at = li->at != NOWHERE ? li->at - (li->at > 0) : 0;
	o->node = li;
	body = node_new(p, NODE_FRAGMENT);
	if (c != NULL && c->type == NODE_P) {
		take_attributes(w, c, &o->attrs);
		title = text_title(p, c);
		next = c->next;
		keep_paragraph(w, c, body,
		    !text_is_title(c) ||
			attribute_get(&o->attrs, '=', "title") != NULL);
		c = next;
	}
	for (; c != NULL && !c->holds_step; c = next) {
		next = c->next;
		node_append(body, c);
	}
	if (title[0] == '\0')
		title = find_title(w);
	finish_step(w, s, o, title, body->first != NULL ? body : NULL);
	li->continued = true;
	if (c != NULL)
		walk_inside(w, li, c);
}

static void
walk_blocks(struct walk *w, struct node *n)
{
	struct node *next;

	for (; n != NULL; n = next) {
		next = n->next;
		if (n->type == NODE_H && w->depth == 0 &&
		    !blocks_is_comment(w->p, n->at))
			add_heading(w, n);
		else if (!n->holds_step)
			add_prose(w, n);
		else if (n->type == NODE_CODE)
			add_code_step(w, n);
		else if (n->task)
			add_task(w, n);
		else
			walk_inside(w, n, n->first);
	}
}

void
steps_read(struct parse *p)
{
	struct walk w = { .p = p };
	struct section *top;
	struct origin *o;

	top = new_section(p, &o);
	top->title = "";
	top->parent = -1;
	top->line = 1;
	p->sections_count = 1;
	step_marks_read(p, p->doc, NULL);
	walk_blocks(&w, p->doc->first);
}
