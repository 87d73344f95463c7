/*
 * import.c: an existing Markdown document as the proposal of a runbook.
 *
 * The tree that the parser makes says where its blocks stand; the result is
 * the source with short texts put in at such places, so nothing can be lost
 * or moved (code.c takes indentation away, session.c prompts,
 * and a placeholder becomes the name of its parameter).  What
 * would mean something to Countersign that its author cannot have meant
 * (braces on a code block, a foreign front matter, a fence that is never
 * closed) is made harmless in the same way.  A step that check refuses in
 * the result is no step in the next round, and that is said (notes.c).  Where
 * errors remain although the cautious proposal has none, that one is given:
 * front matter and no steps.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/catalogue.h"
#include "base/mem.h"
#include "base/message.h"
#include "base/text.h"
#include "import/import.h"
#include "import/import_own.h"
#include "import/code.h"
#include "import/notes.h"
#include "compiler/heuristics.h"
#include "compiler/attribute.h"
#include "compiler/frontmatter.h"
#include "compiler/markdown.h"
#include "compiler/slug.h"
#include "compiler/source.h"

#define ROUNDS_MAX 20

void
import_insert(struct import *im, size_t at, size_t skip, const char *text)
{
	struct insertion *i;

	i = mem_grow(&im->list, &im->cap, im->count, sizeof(*i));
	i->at = at;
	i->skip = skip;
	i->order = im->count++;
	i->text = text;
}

static int
rollbacks_around(const struct import *im)
{
	int depth = 0;

	for (int level = 1; level <= 6; level++)
		depth += im->rollbacks[level];
	return depth;
}

static const char *
new_id(struct import *im, const char *title, const char *kind)
{
	const char *base = text_slug(&im->p, title);

	if (base[0] == '\0')
		base = arena_printf(
		    im->p.arena, "%s-%zu", kind, im->ids_count + 1);
	im->ids_count++;
	return ids_derive(im->ids, im->p.arena, base);
}

const char *
import_id(struct import *im, const char *title, const char *kind)
{
	int depth = rollbacks_around(im);

	if (im->shallowest < 0 || depth < im->shallowest)
		im->shallowest = depth;
	return new_id(im, title, kind);
}

/* Braces at the end of a heading or item that we would take for ours. */
static bool
has_braces(const struct parse *p, const struct node *n)
{
	size_t to;

	if (n->at == NOWHERE || n->end == NOWHERE || n->end == 0)
		return false;
	to = source_line_end(p, source_line(p, n->end - 1));
	return attribute_open(p, n->at, to) != NOWHERE;
}

/* Where something can be added behind the text of a heading or paragraph. */
static size_t
text_end(const struct parse *p, const struct node *n)
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

static bool
holds_commands(const struct import *im, const struct node *n)
{
	struct verdict unused = { 0 };

	if (n->type == NODE_CODE)
		return import_kind(im, n, &unused) != NULL;
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

static void
span_text(struct import *im, const struct node *n)
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

/* An item that a person could do: text, and no commands of its own. */
static bool
is_candidate(const struct import *im, const struct node *li)
{
	const struct node *text = li->first;

	return text != NULL && text->type == NODE_P && text->at != NOWHERE &&
	    !is_contents(text) && !holds_commands(im, li);
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
		orders += looks_like_an_order(text_title(&im->p, li->first));
	}
	im->numbered = list;
	im->is_procedure = orders > 0 && orders * 3 >= candidates;
	return im->is_procedure;
}

static bool
is_order(struct import *im, const struct node *li, const char *title)
{
	return li->parent->type == NODE_OL ? is_procedure(im, li->parent)
					   : looks_like_an_order(title);
}

static void
import_item(struct import *im, const struct node *li)
{
	struct parse *p = &im->p;
	const struct node *text = li->first;
	const char *title;
	size_t at;

	if (text == NULL || text->type != NODE_P || text->at == NOWHERE ||
	    import_refused(im, text->at) != NULL)
		return;
	title = text_title(p, text);
	if (li->task && im->ids_count < 2 * IMPORT_STEPS_MAX) {
		span_text(im, text);
		import_insert(im, text_end(p, text), 0,
		    arena_printf(
			p->arena, " {#%s}", import_id(im, title, "task")));
		return;
	}
	if (im->cautious || im->quotes > 0 ||
	    im->ids_count >= IMPORT_STEPS_MAX || !is_candidate(im, li) ||
	    !is_order(im, li, title))
		return;
	at = behind_mark(p, text->at);
	if (at == NOWHERE)
		return;
	span_text(im, text);
	import_insert(im, at, 0, "[ ] ");
	import_insert(im, text_end(p, text), 0,
	    arena_printf(p->arena, " {#%s}", import_id(im, title, "task")));
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

	if (im->cautious || im->ids_count >= IMPORT_STEPS_MAX ||
	    n->parent != p->doc || n->at == NOWHERE || n->end == NOWHERE ||
	    import_refused(im, n->at) != NULL ||
	    (n->next != NULL && n->next->type == NODE_CODE &&
		import_kind(im, n->next, &unused) != NULL))
		return;
	start = source_line_start(p, source_line(p, n->at));
	title = text_title(p, n);
	order = looks_numbered(title);
	if (start + strspn(p->src + start, " ") != n->at || order == NULL ||
	    !looks_like_an_order(order))
		return;
	span_text(im, n);
	import_insert(im, n->at, 0, "- [ ] ");
	import_insert(im, text_end(p, n), 0,
	    arena_printf(p->arena, " {#%s}", import_id(im, title, "task")));
}

static void
name_heading(struct import *im, const struct node *n)
{
	import_insert(im, text_end(&im->p, n), 0,
	    arena_printf(im->p.arena, " {#%s}",
		new_id(im, text_title(&im->p, n), "section")));
}

/* What stands below such a heading is for the way back. */
static bool
is_rollback(const char *title)
{
	static const char *const words[] = { "rollback", "roll back",
		"rolling back", "roll-back", "回退", "回滚", NULL };

	for (size_t i = 0; words[i] != NULL; i++)
		if (strcasestr(title, words[i]) != NULL)
			return true;
	return false;
}

static void
import_heading(struct import *im, const struct node *n)
{
	for (int level = n->number; level <= 6; level++)
		im->rollbacks[level] = false;
	if (has_braces(&im->p, n)) {
		if (im->ids_count < 2 * IMPORT_STEPS_MAX)
			name_heading(im, n);
	} else if (is_rollback(text_title(&im->p, n))) {
		import_insert(im, text_end(&im->p, n), 0, " {.rollback}");
		im->rollbacks[n->number] = true;
		im->list[im->count - 1].rollback = rollbacks_around(im);
	}
}

/*
 * A run has steps that are no rollback.  Where a rollback is all that the
 * document is about, the headings that hold all of it get no mark.
 */
static void
unmark_headings(struct import *im)
{
	for (size_t i = 0; i < im->count; i++)
		if (im->list[i].rollback > 0 &&
		    im->list[i].rollback <= im->shallowest)
			im->list[i].text = "";
}

static void
import_nodes(struct import *im, const struct node *n)
{
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
			import_paragraph(im, n);
		}
		if (n->type >= NODE_P)
			continue;
		if (n->type == NODE_LI)
			import_item(im, n);
		im->quotes += n->type == NODE_QUOTE;
		import_nodes(im, n->first);
		im->quotes -= n->type == NODE_QUOTE;
	}
}

static const struct node *
first_heading(const struct parse *p)
{
	for (const struct node *n = p->doc->first; n != NULL; n = n->next)
		if (n->type == NODE_H && n->first != NULL &&
		    !blocks_is_comment(p, n->at))
			return n;
	return NULL;
}

/* That of a foreign front matter, the first heading, else the first line that
 * has text. */
static const char *
find_title(struct import *im)
{
	struct parse *p = &im->p;
	const struct node *h = first_heading(p);
	const char *title = p->runbook->plan.title != NULL
	    ? p->runbook->plan.title
	    : h != NULL ? text_title(p, h)
			: "";
	struct node text = { .type = NODE_TEXT };

	for (size_t i = 0; title[0] == '\0' && i < p->lines_count; i++) {
		size_t from = source_line_start(p, (int)i);
		size_t to = source_line_end(p, (int)i);

		if (from < p->body)
			from = p->body;
		while (from < to && strchr(" \t#>*-+=_`~", p->src[from]))
			from++;
		text.text = p->src + from;
		text.len = to > from ? to - from : 0;
		title = text_title(p, &text);
	}
	return title[0] != '\0' ? title : "Imported runbook";
}

static void
put_parameters(const struct import *im, struct buf *out)
{
	if (im->holes_count > 0)
		buf_puts(out, "parameters:\n");
	for (size_t i = 0; i < im->holes_count; i++)
		buf_printf(out, "  %s: {label: \"%s\"}\n", im->holes[i].name,
		    im->holes[i].label);
}

/* The front matter, once it is known which parameters there are: all of it, or
 * what a document's own has not. */
static const char *
front_matter(struct import *im, bool old)
{
	const char *text;
	struct buf out = { 0 };

	if (!im->keep_front)
		buf_puts(&out, "---\ntitle: \"");
	for (const char *s = im->keep_front ? "" : find_title(im); *s != '\0';
	     s++) {
		if (*s == '"' || *s == '\\')
			buf_putc(&out, '\\');
		if ((unsigned char)*s >= ' ' && *s != 0x7f)
			buf_putc(&out, *s);
	}
	if (!im->keep_front)
		buf_puts(&out, "\"\n");
	put_parameters(im, &out);
	if (!im->keep_front)
		buf_puts(&out, old ? "---\n\n~~~~yaml\n" : "---\n\n");
	text = arena_strdup(im->p.arena, buf_text(&out));
	buf_clear(&out);
	return text;
}

/* The line that closes the document's own front matter; NOWHERE: it takes no
 * parameters. */
static size_t
front_end(const struct import *im)
{
	const struct parse *p = &im->p;
	int line = source_line(p, p->body - 1);
	size_t at = source_line_start(p, line);

	for (int i = 0; i < line; i++)
		if (text_starts(p->src + source_line_start(p, i), "parameters"))
			return NOWHERE;
	return text_starts(p->src + at, "---") ? at : NOWHERE;
}

/* All that is put in; the first of it is our front matter. */
static void
import_all(struct import *im)
{
	struct parse *p = &im->p;
	size_t start = text_starts(p->src, "\xef\xbb\xbf") ? 3 : 0;
	bool old = p->body > start;

	size_t front = im->keep_front ? front_end(im) : start;

	im->no_holes = front == NOWHERE;
	if (!im->no_holes)
		import_insert(im, front, 0, "");
	if (!im->keep_front && old)
		import_insert(im, p->body, 0,
		    p->src[p->body - 1] == '\n' ? "~~~~\n" : "\n~~~~\n");
	import_nodes(im, p->doc->first);
	unmark_headings(im);
	if (!im->no_holes)
		im->list[0].text = front_matter(im, old);
}

static int
by_place(const void *a, const void *b)
{
	const struct insertion *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static void
write_all(struct import *im, const char *markdown, size_t len, struct buf *out)
{
	size_t from = 0;

	if (im->count > 1)
		qsort(im->list, im->count, sizeof(*im->list), by_place);
	for (size_t i = 0; i < im->count; i++) {
		buf_put(out, markdown + from, im->list[i].at - from);
		buf_puts(out, im->list[i].text);
		from = im->list[i].at + im->list[i].skip;
	}
	buf_put(out, markdown + from, len - from);
}

/* What becomes of one round. */
struct round {
	bool cautious;
	bool keep_front;
	struct span *refused; /* of all rounds */
	size_t refused_count;
	bool again; /* the errors are all in steps, which are refused now */
	struct buf out, notes;
};

static void
note_refused(struct import *im)
{
	for (size_t i = 0; i < im->refused_count; i++)
		import_note(im, source_line_start(&im->p, im->refused[i].first),
		    message_arena(im->p.arena, "import_refused reason=%s",
			im->refused[i].why));
}

/* Whether the result parses without errors; else which steps are at fault. */
static bool
judge(struct import *im, struct round *r, const char *markdown, size_t len)
{
	struct runbook *runbook = runbook_parse(buf_text(&r->out), r->out.len);
	bool ok = runbook->errors == 0;
	size_t before = r->refused_count;

	r->again = !ok &&
	    import_refuse(
		im, markdown, len, runbook, &r->refused, &r->refused_count) &&
	    r->refused_count > before;
	runbook_free(runbook);
	return ok;
}

static size_t
count(const char *s, const char *word)
{
	size_t n = 0;

	for (; (s = strcasestr(s, word)) != NULL; s += strlen(word))
		n++;
	return n;
}

/* Proposes once; returns whether the result parses without errors. */
static bool
propose(struct round *r, const char *markdown, size_t len)
{
	struct import im = { .cautious = r->cautious,
		.sql = "mysql",
		.keep_front = r->keep_front,
		.refused = r->refused,
		.refused_count = r->refused_count,
		.shallowest = -1 };
	struct runbook scratch = { 0 };
	bool ok;

	buf_reset(&r->out);
	buf_reset(&r->notes);
	im.p.runbook = &scratch;
	im.p.arena = arena_new();
	im.ids = mem_calloc(1, sizeof(*im.ids));
	source_open(&im.p, markdown, len);
	if (count(im.p.src, "postgres") + count(im.p.src, "psql") >
	    count(im.p.src, "mysql") + count(im.p.src, "mariadb"))
		im.sql = "postgresql";
	frontmatter_read(&im.p);
	markdown_read(&im.p);
	import_all(&im);
	note_refused(&im);
	write_all(&im, markdown, len, &r->out);
	import_put_notes(&im, markdown, len, &r->notes);
	ok = judge(&im, r, markdown, len);
	arena_free(im.p.arena);
	free(im.p.lines);
	blocks_clear(&im.p);
	free(im.p.parameters);
	free(im.p.diagnostics);
	free(im.list);
	free(im.notes);
	free(im.spans);
	free(im.ids);
	return ok;
}

static void
clear_round(struct round *r)
{
	for (size_t i = 0; i < r->refused_count; i++)
		free(r->refused[i].why);
	free(r->refused);
	buf_clear(&r->out);
	buf_clear(&r->notes);
}

static void
swap(struct buf *a, struct buf *b)
{
	struct buf saved = *a;

	*a = *b;
	*b = saved;
}

/* The rounds: what check refuses is left out, at last all of it. */
static void
propose_all(struct round *r, const char *markdown, size_t len)
{
	struct round careful = { .cautious = true,
		.keep_front = r->keep_front };
	bool ok = propose(r, markdown, len);

	for (int i = 0; !ok && r->again && i < ROUNDS_MAX; i++)
		ok = propose(r, markdown, len);
	if (!ok && propose(&careful, markdown, len)) {
		buf_puts(&careful.notes, "1: ");
		buf_puts(&careful.notes,
		    catalogue_english(MESSAGE("import_nothing")));
		buf_putc(&careful.notes, '\n');
		swap(&r->out, &careful.out);
		swap(&r->notes, &careful.notes);
	}
	clear_round(&careful);
}

void
runbook_import(
    const char *markdown, size_t len, struct buf *out, struct buf *ret_notes)
{
	struct runbook *runbook = runbook_parse(markdown, len);
	struct round r = { 0 };
	bool ready;

	if (len >= 4 && memcmp(markdown, "---", 3) == 0)
		r.keep_front = runbook->front_matter;
	ready = r.keep_front && runbook->plan.steps_count > 0 &&
	    runbook->errors == 0;
	runbook_free(runbook);
	if (ready || len > RUNBOOK_MAX_BYTES) {
		buf_put(out, markdown, len);
		return;
	}
	propose_all(&r, markdown, len);
	buf_put(out, buf_text(&r.out), r.out.len);
	buf_put(ret_notes, buf_text(&r.notes), r.notes.len);
	clear_round(&r);
}
