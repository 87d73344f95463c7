/*
 * step.c: a block of code that becomes steps.
 *
 * The block gets braces behind its fence.  An indented one gets fences, and the
 * blanks that made it a block go.  A block of several parts is closed and
 * opened again between them; what all of them need is repeated.
 */
#include <string.h>

#include "import/block/step.h"
#include "base/buf.h"
#include "base/message.h"
#include "base/text.h"
#include "import/choice/alternatives.h"
#include "import/back.h"
#include "import/block/code.h"
#include "import/block/placeholders.h"
#include "import/block/session.h"
#include "import/block/shape.h"
#include "import/block/shape_apply.h"
#include "import/databases.h"
#include "import/edits.h"
#include "import/import_own.h"
#include "import/machines.h"
#include "import/nodes.h"
#include "import/notes.h"
#include "import/pieces.h"
#include "compiler/parse/heuristics.h"
#include "compiler/parse/slug.h"
#include "compiler/parse/source.h"

/* The indentation goes, and fences come. */
static void
fence(struct import *im, const struct node *n, const char *kind,
    const char *braces)
{
	struct parse *p = &im->p;
	size_t width = import_indentation(p, n), gone = width < 4 ? width : 4;
	int first = source_line(p, n->at), lines = 0;
	const char *before = arena_printf(
	    p->arena, "%*s", (int)(width - gone), "");
	const char *s = n->text;
	size_t end = 0;

	import_insert(im, source_line_start(p, first), 0,
	    arena_printf(p->arena, "%s```%s%s\n", before, kind, braces));
	while (s < n->text + n->len) {
		size_t len = strcspn(s, "\n");

		if (len > 0)
			import_insert(im,
			    source_line_start(p, first + lines) + width - gone,
			    gone, "");
		end = source_line_end(p, first + lines++);
		s += len + (s[len] == '\n');
	}
	import_insert(im, end, 0, arena_printf(p->arena, "\n%s```", before));
}

/* The title of the step: the paragraph before it, or the heading. */
static const char *
find_title(struct import *im)
{
	const char *title = "";

	if (im->before != NULL)
		title = text_title(&im->p, im->before);
	if (title[0] == '\0' && im->heading != NULL)
		title = text_title(&im->p, im->heading);
	return title;
}

/* Braces for the step, behind its fence or a new one. */
static void
put_braces(struct import *im, const struct node *n, const char *kind,
    const char *braces, size_t marks)
{
	if (!n->fenced) {
		fence(im, n, kind, braces);
	} else if (n->lang[0] == '\0') {
		import_insert(im, n->at + marks, 0,
		    arena_printf(im->p.arena, "%s%s", kind, braces));
	} else {
		if (strcmp(n->lang, kind) != 0)
			import_insert(im, n->info, 0,
			    arena_printf(im->p.arena, "%s ", kind));
		import_insert(im, n->info_end, 0, braces);
	}
}

static void
span_block(struct import *im, const struct node *n)
{
	int first = source_line(&im->p, n->at), lines = 0;

	for (size_t i = 0; i < n->len; i++)
		lines += n->text[i] == '\n';
	import_span(im, first, first + lines + n->fenced);
}

/* The lines with the blanks before them. */
static const char *
indented(struct import *im, const char *text, const char *before)
{
	struct buf out = { 0 };
	const char *result;

	for (size_t len; *text != '\0'; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		buf_printf(&out, "%s%.*s\n", before, (int)len, text);
	}
	result = arena_strdup(im->p.arena, buf_text(&out));
	buf_clear(&out);
	return result;
}

/* “ title="…"”, or "" where an attribute cannot hold the text. */
static const char *
title_attribute(struct import *im, const char *title)
{
	return title == NULL || title[0] == '\0' ||
		strpbrk(title, "\"\\") != NULL || strstr(title, "{{") != NULL
	    ? ""
	    : arena_printf(im->p.arena, " title=\"%s\"", title);
}

/* The request of the block's curl, in a step behind it. */
static void
put_request(struct import *im, const struct node *n, const struct shape *shape)
{
	const char *title, *more = shape->more;

	span_block(im, n);
	if (shape->target != NULL)
		import_note(im, n->at,
		    message_arena(im->p.arena, "import_http_target name=%s",
			shape->target));
	import_note(im, n->at, MESSAGE("import_request"));
	title = find_title(im);
	more = arena_printf(
	    im->p.arena, "%s%s", more, title_attribute(im, title));
	shape_step_behind(
	    im, n, shape, "http", import_braces(im, title, "http", more));
}

/* The machine of the paragraph before, “On db1:”; “[run locally]” is another
 * one than that of the section. */
static const char *
machine_before(struct import *im)
{
	static const char *const here[] = { "在本地", "本地执行", "本机执行",
		"locally", "local machine", "your workstation", NULL };
	const char *text = text_title(&im->p, im->before), *machine = NULL;

	if (pieces_has(text, here))
		im->on = NULL;
	else if (im->on == NULL)
		machines_named(im, text, &machine);
	return machine;
}

/* The lines of the block from one to before another; of the arena. */
static const char *
lines_of(struct import *im, const struct node *n, int first, int end)
{
	const char *s = n->text, *stop = n->text + n->len, *from;

	for (int i = 0; i < first && s < stop; i++) {
		s += strcspn(s, "\n");
		s += *s == '\n';
	}
	from = s;
	for (int i = first; i < end && s < stop; i++) {
		s += strcspn(s, "\n");
		s += *s == '\n';
	}
	return arena_strndup(im->p.arena, from, (size_t)(s - from));
}

/* The part opens an editor: a person types into it. */
static bool
is_edited(struct import *im, const struct node *n, const struct shape *shape,
    int first, int end)
{
	const char *s = shape->lines > 0 ? lines_of(im, n, first, end)
					 : n->text;
	size_t len, prompt;

	for (; *s != '\0'; s += len + (s[len] == '\n')) {
		s += strspn(s, " \t");
		len = strcspn(s, "\n");
		prompt = looks_like_a_prompt(s, len);
		if (*s != '#' && shape_is_edited(s + prompt, len - prompt))
			return true;
	}
	return false;
}

/* The braces of a part, with its kind before them. */
static const char *
part_braces(struct import *im, const struct node *n, const struct shape *shape,
    const char *kind, int k)
{
	const struct part *part = &shape->parts[k];
	int end = k + 1 < shape->parts_count ? shape->parts[k + 1].first
					     : shape->lines;
	const char *title = shape->parts_count > 1 && part->title != NULL
	    ? part->title
	    : find_title(im);
	const char *machine = part->on != NULL ? part->on : shape->on;
	const char *on = im->on, *more = "", *braces;

	if (im->before != NULL && machine == NULL)
		machine = machine_before(im);
	if (machine != NULL) {
		im->on = machine;
		machines_add(im, machine, shape->user, n->at);
	}
	if (strcmp(kind, "copy") == 0)
		more = shape_copies_on(im, n, shape, part->first, end);
	else if (end > part->first &&
	    memchr(shape->marks + part->first, MARK_MENU,
		(size_t)(end - part->first)) != NULL)
		more = " pty interactive";
	else if (import_is_shell(kind) &&
	    is_edited(im, n, shape, part->first, end))
		more = " pty interactive";
	if (shape->parts_count > 1)
		more = arena_printf(im->p.arena, "%s%s", more,
		    title_attribute(im, part->title));
	im->deletes = (shape->parts_count > 1 && part->deletes) ||
	    back_restores(
		shape->lines > 0 ? lines_of(im, n, part->first, end) : n->text);
	im->leads_block = true;
	im->offered = part->maybe;
	if (k > 0)
		im->at = source_line_start(&im->p, n->number + 1 + part->first);
	braces = import_braces(im, title, kind,
	    part->when != NULL
		? arena_printf(im->p.arena, " when=\"%s\"%s", part->when, more)
		: more);
	im->leads_block = im->offered = false;
	im->deletes = false;
	im->on = on;
	return braces;
}

/* The lines that the part needs and stand before the first one. */
static const char *
prelude(struct import *im, const struct node *n, int lines)
{
	const char *end = n->text;
	size_t start, at;
	struct buf out = { 0 };
	const char *text;

	for (int i = 0; i < lines; i++) {
		size_t len = strcspn(end, "\n");

		at = import_line_at(&im->p, n, i, end, len);
		start = source_line_start(&im->p, n->number + 1 + i);
		if (len > 0 && at != NOWHERE)
			buf_printf(&out, "%.*s\n", (int)(at + len - start),
			    im->p.src + start);
		end += len + (end[len] == '\n');
	}
	text = arena_strdup(im->p.arena, buf_text(&out));
	buf_clear(&out);
	return text;
}

/* Begins the steps behind the first one. */
static void
put_parts(struct import *im, const struct node *n, const struct shape *shape,
    const char *kind)
{
	for (int k = 1; k < shape->parts_count; k++) {
		const struct part *part = &shape->parts[k];
		const char *own = part->kind != NULL ? part->kind : kind;
		const char *lines = prelude(im, n, part->prelude);
		size_t len = strlen(lines);

		import_split(im, n,
		    source_line_start(&im->p, n->number + 1 + part->first),
		    arena_printf(im->p.arena, "%s%s%s%.*s", own,
			part_braces(im, n, shape, own, k), len > 0 ? "\n" : "",
			(int)(len > 0 ? len - 1 : 0), lines));
	}
}

/* An order to a person as a task, or as the statements that it tells. */
static const char *
task_for(struct import *im, const char *title, const char *before)
{
	struct arena *arena = im->p.arena;
	struct pieces pieces;
	bool drops = false;
	const char *sql, *more;

	sql = pieces_read_text(im, title, &pieces)
	    ? databases_statements(im, &pieces, &drops)
	    : NULL;
	if (sql == NULL)
		return arena_printf(arena, "%s- [ ] %s%s\n\n", before, title,
		    import_braces(im, title, "task", ""));
	more = arena_printf(arena, "%s%s", drops ? " .irreversible" : "",
	    title_attribute(im, title));
	return arena_printf(arena, "%s```%s%s\n%s%s```\n\n", before, im->sql,
	    import_braces(im, title, im->sql, more), indented(im, sql, before),
	    before);
}

/* The first lines of the block are orders to a person: tasks before it. */
static void
put_tasks(struct import *im, const struct node *n, const struct shape *shape)
{
	struct parse *p = &im->p;
	size_t place = source_line_start(p, n->number);
	const char *before = arena_strndup(
	    p->arena, p->src + place, n->at - place);

	for (int i = 0; i < shape->told; i++) {
		size_t from = source_line_start(p, n->number + 1 + i);
		size_t end = source_line_end(p, n->number + 1 + i);
		const char *title;

		while (from < end && strchr(" \t", p->src[from]) != NULL)
			from++;
		if (from == end)
			continue;
		title = arena_strndup(p->arena, p->src + from, end - from);
		import_insert(im, place, 0, task_for(im, title, before));
	}
}

/* Conditions for parts that exclude each other. */
static void
choose_ways(struct import *im, const struct node *n, struct shape *shape)
{
	const char *names[PARTS_MAX], *whens[PARTS_MAX];
	size_t count = 0;

	for (int k = 0; k < shape->parts_count; k++)
		if (shape->parts[k].way != NULL)
			names[count++] = shape->parts[k].way;
	if (count < 2 || im->linear ||
	    !alternatives_choose(im, n->at, names, count, whens))
		return;
	count = 0;
	for (int k = 0; k < shape->parts_count; k++)
		if (shape->parts[k].way != NULL)
			shape->parts[k].when = whens[count++];
}

void
step_put(struct import *im, const struct node *n, const char *kind,
    bool session, size_t marks)
{
	struct shape shape = { .lines = 0 };
	const char *first = kind;

	if (!session)
		shape_read(im, n, import_kind_by_label(im, n), &shape);
	if (shape.request != NULL) {
		put_request(im, n, &shape);
		return;
	}
	span_block(im, n);
	put_tasks(im, n, &shape);
	choose_ways(im, n, &shape);
	if (shape.parts_count < 2 && import_is_shell(kind))
		alternatives_read_comments(im, n);
	if (shape.inside)
		import_note_line(im, n->at, MESSAGE("import_inside"));
	if (shape.parts_count == 0)
		shape.parts_count = 1;
	if (shape.parts[0].kind != NULL)
		first = shape.parts[0].kind;
	put_braces(im, n, first, part_braces(im, n, &shape, first, 0), marks);
	put_parts(im, n, &shape, kind);
	im->has_steps = true;
	if (session)
		import_session(im, n, kind, find_title(im));
	else if (import_is_shell(kind))
		import_holes(im, n, &shape);
	shape_apply(im, n, kind, &shape);
	if (shape.lines > 0 &&
	    memchr(shape.marks, MARK_MENU, (size_t)shape.lines) != NULL)
		shape_answers(im, n, &shape);
}

/* The files of SQL that the addresses of the block end in, as the lines of a
 * step; NULL: a line is no address. */
static const char *
statements_of(struct import *im, const struct node *n)
{
	struct buf out = { 0 };
	const char *s = n->text, *text, *name;
	bool all = true;

	for (size_t len; *s != '\0' && all; s += len + (s[len] == '\n')) {
		s += strspn(s, " \t");
		len = strcspn(s, "\n");
		all = len == 0 || text_starts(s, "https://") ||
		    text_starts(s, "http://");
		name = arena_strndup(im->p.arena, s, strcspn(s, " \t\r\n"));
		name = strrchr(name, '/') != NULL ? strrchr(name, '/') + 1 : "";
		if (text_ends(name, ".sql") && text_is_id(name))
			buf_printf(&out, "< ./%s\n", name);
	}
	text = all && out.len > 0 ? arena_strdup(im->p.arena, buf_text(&out))
				  : NULL;
	buf_clear(&out);
	return text;
}

bool
step_is_addresses(
    struct import *im, const struct node *n, const struct node *sentence)
{
	static const char *const run[] = { "执行", "导入", "运行", "run ",
		"execute ", "apply ", "import ", NULL };

	return n != NULL && n->type == NODE_CODE && n->fenced && n->closed &&
	    im->quotes == 0 && n->lang[0] == '\0' &&
	    statements_of(im, n) != NULL &&
	    pieces_has(text_title(&im->p, sentence), run);
}

bool
step_put_addresses(struct import *im, const struct node *n)
{
	struct shape shape = { .lines = 0 };
	const char *title;

	if (im->before == NULL || !step_is_addresses(im, n, im->before))
		return false;
	title = text_title(&im->p, im->before);
	shape.request = statements_of(im, n);
	for (const char *s = n->text; *s != '\0'; s++)
		shape.lines += *s == '\n';
	span_block(im, n);
	import_note(im, n->at, MESSAGE("import_statements"));
	shape_step_behind(im, n, &shape, im->sql,
	    import_braces(im, title, im->sql, title_attribute(im, title)));
	return true;
}

bool
step_put_settings(struct import *im, const struct node *n, size_t marks)
{
	const char *s = n->text, *file;

	if (im->before == NULL || !n->fenced || !n->closed || im->quotes > 0 ||
	    memchr(n->text, '#', n->len) != NULL ||
	    strchr("{[", s[0]) != NULL || !looks_like_data(n->text, n->len))
		return false;
	file = edits_adds_to(im, im->before);
	if (file == NULL)
		return false;
	span_block(im, n);
	put_braces(im, n, "edit",
	    import_braces(im, find_title(im), "edit", file), marks);
	for (int i = 0; *s != '\0'; i++) {
		size_t len = strcspn(s, "\n"), blank = strspn(s, " \t");
		size_t at = import_line_at(&im->p, n, i, s, len);

		if (len > blank && at != NOWHERE)
			import_insert(im, at + blank, 0, "ensure ");
		s += len + (s[len] == '\n');
	}
	return true;
}
