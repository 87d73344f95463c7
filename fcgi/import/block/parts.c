/*
 * parts.c: a block of commands as several steps.
 *
 * Authors put into one block what belongs to different machines or kinds: files
 * to copy and commands behind them, commands for the database server and for
 * the workers, a program with menus, a backup and what is deleted behind it.
 * Each is a step of its own, with what its author wrote above it for a title.
 * A shell keeps folder and variables from one line to the next: a block is
 * parted only where the next part needs nothing of the one before, or where
 * what all parts begin with can be repeated.
 */
#include <string.h>
#include <strings.h>

#include "import/block/parts.h"
#include "import/block/parts_maybe.h"
#include "import/block/parts_own.h"
#include "base/text.h"
#include "import/block/shape.h"
#include "import/imperative.h"
#include "import/import_own.h"
#include "import/machines.h"
#include "lang/script_lines.h"

static bool
is_first_word(const struct line *l, const char *const *words)
{
	size_t n = 0;

	while (n < l->len && strchr(" \t;(", l->s[n]) == NULL)
		n++;
	for (; *words != NULL; words++)
		if (strlen(*words) == n && memcmp(l->s, *words, n) == 0)
			return true;
	return false;
}

bool
part_sets(const struct line *l)
{
	static const char *const words[] = { "export", "source", ".", "set",
		"alias", "pushd", "popd", "trap", "unset", "declare", "read",
		"su", NULL };
	size_t n = strcspn(l->s, " \t\n=");

	return is_first_word(l, words) || (n < l->len && l->s[n] == '=');
}

static bool
goes_on(const struct line *l)
{
	static const char *const words[] = { "if", "for", "while", "until",
		"case", "select", "function", "{", "then", "else", "elif", "fi",
		"do", "done", "esac", "}", NULL };

	return is_first_word(l, words) || l->s[0] == '(' ||
	    strchr("&|{(", l->s[l->len - 1]) != NULL;
}

static void
read_lines(struct reading *r, const char *text)
{
	struct script_lines lines = { .at = text };
	struct script_line l;

	for (int i = 0; i < r->count; i++) {
		size_t len = strcspn(text, "\n"), blank = strspn(text, " \t");
		struct line *line = &r->lines[i];

		line->s = text + (blank < len ? blank : len);
		line->len = len - (size_t)(line->s - text);
		while (line->len > 0 &&
		    strchr(" \t\r", line->s[line->len - 1]) != NULL)
			line->len--;
		text += len + (text[len] == '\n');
	}
	while (script_lines_next(&lines, &l) && l.number < r->count) {
		struct line *line = &r->lines[l.number];

		line->command = strchr(" c$", r->shape->marks[l.number]) !=
		    NULL;
		if (line->len == 0 || !line->command)
			continue;
		r->joined |= goes_on(line);
		r->states += part_sets(line);
	}
}

/* “cd /srv/app”: it needs no folder of the lines before. */
static bool
is_start(const struct line *l)
{
	return text_starts(l->s, "cd /") || text_starts(l->s, "cd ~") ||
	    text_starts(l->s, "cd $HOME");
}

static bool
has_menu_behind(const struct reading *r, int i)
{
	return memchr(r->shape->marks + i, MARK_MENU, (size_t)(r->count - i)) !=
	    NULL;
}

/* The sentences between two lines, as a title; NULL: there are none. */
static const char *
title_between(const struct reading *r, int from, int to)
{
	const char *title = NULL;

	for (int i = from; i < to; i++) {
		const struct line *l = &r->lines[i];

		if (r->shape->marks[i] != MARK_PROSE)
			continue;
		title = title == NULL
		    ? arena_strndup(r->im->p.arena, l->s, l->len)
		    : arena_printf(r->im->p.arena, "%s - %.*s", title,
			  (int)l->len, l->s);
	}
	return title;
}

bool
part_is_comment(const struct line *l)
{
	return l->len > 1 && l->s[0] == '#';
}

const char *
part_comment(const struct reading *r, int i)
{
	const char *s = r->lines[i].s, *end = s + r->lines[i].len;

	while (s < end && strchr("# \t", *s) != NULL)
		s++;
	return arena_strndup(r->im->p.arena, s, (size_t)(end - s));
}

/* The first line of the comment directly before line i; NULL: it has none. */
static const char *
comment_before(const struct reading *r, int from, int i)
{
	int first = i;

	while (first > from && part_is_comment(&r->lines[first - 1]))
		first--;
	return first < i ? part_comment(r, first) : NULL;
}

struct part *
part_new(struct reading *r, int first, bool copies)
{
	struct shape *s = r->shape;
	struct part *part;

	if (s->parts_count == PARTS_MAX) {
		r->joined = true;
		return &s->parts[PARTS_MAX - 1];
	}
	part = &s->parts[s->parts_count++];
	*part = (struct part){ .first = first, .kind = copies ? "copy" : NULL };
	return part;
}

static bool
deletes(const struct line *l)
{
	static const char *const words[] = { "rm", "rmdir", "unlink", NULL };
	struct line behind = *l;

	if (text_starts(l->s, "sudo ")) {
		behind.s += strlen("sudo ");
		behind.len -= strlen("sudo ");
	}
	return is_first_word(&behind, words) ||
	    memmem(l->s, l->len, " -delete", strlen(" -delete")) != NULL;
}

/* The commands from i on, up to the next start, delete something. */
static bool
run_deletes(const struct reading *r, int i)
{
	bool any = false;

	for (int k = i; k < r->count; k++) {
		if (!r->lines[k].command)
			continue;
		if (k > i && is_start(&r->lines[k]))
			break;
		any |= deletes(&r->lines[k]);
	}
	return any;
}

/* A step begins with the command at i: what begins the part says more. */
static bool
is_cut(const struct reading *r, const struct part *part, int begin, int i)
{
	bool copies = r->shape->marks[i] == MARK_COPY;

	if (copies != (part->kind != NULL))
		return true;
	if (copies)
		return title_between(r, begin, i) != NULL;
	if (is_start(&r->lines[i]) && r->states == 0 &&
	    run_deletes(r, i) != part->deletes)
		return true;
	return begin > 0 && r->lines[begin - 1].len == 0 &&
	    is_start(&r->lines[i]) && has_menu_behind(r, i);
}

/* Copies apart from commands, and what has menus apart from what is before. */
static void
cut_by_kind(struct reading *r)
{
	struct part *part = NULL;
	int begin = 0; /* behind the last command */

	for (int i = 0; i < r->count; i++) {
		if (r->shape->marks[i] == MARK_MENU)
			begin = i + 1;
		if (!r->lines[i].command)
			continue;
		while (part != NULL && begin < i && r->lines[begin].len == 0)
			begin++;
		if (part == NULL || is_cut(r, part, begin, i)) {
			part = part_new(r, part == NULL ? 0 : begin,
			    r->shape->marks[i] == MARK_COPY);
			part->deletes = run_deletes(r, i);
			part->title = title_between(r, begin, i);
			if (part->title == NULL)
				part->title = comment_before(r, begin, i);
		}
		begin = i + 1;
		while (begin < r->count && r->lines[begin].len > 0 &&
		    !r->lines[begin].command &&
		    r->shape->marks[begin] == MARK_NONE &&
		    r->lines[begin].s[0] != '#')
			begin++;
	}
}

/* Each part of commands needs nothing of the one before, and menus are in the
 * last one. */
static bool
is_possible(const struct reading *r)
{
	const struct shape *s = r->shape;
	bool before = false;

	for (int k = 0; k < s->parts_count; k++) {
		int i = s->parts[k].first;
		int end = k + 1 < s->parts_count ? s->parts[k + 1].first
						 : r->count;

		if (end < r->count &&
		    memchr(s->marks + i, MARK_MENU, (size_t)(end - i)) != NULL)
			return false;
		if (s->parts[k].kind != NULL)
			continue;
		while (!r->lines[i].command)
			i++;
		if (before && (r->states > 0 || !is_start(&r->lines[i])))
			return false;
		before = true;
	}
	return !r->joined;
}

/* The machine that a comment is about: “# mysql 机器”, “# On the master:”; *ret
 * is a name for it, or NULL, *ret_title the comment. */
static bool
names_machine(
    const struct reading *r, int i, const char **ret, const char **ret_title)
{
	if (!part_is_comment(&r->lines[i]))
		return false;
	*ret_title = part_comment(r, i);
	return machines_named(r->im, *ret_title, ret);
}

/* Parts for machines that comments name; what is before them is for all. */
static void
cut_by_machine(struct reading *r)
{
	struct shape *s = r->shape;
	const char *on, *title;
	int first = -1, commands = 0;

	for (int i = 0; i < r->count && !r->joined; i++) {
		commands += r->lines[i].command;
		if (!names_machine(r, i, &on, &title))
			continue;
		if (first < 0) {
			first = i;
			s->parts[0].on = on;
			s->parts[0].title = title;
		} else if (commands > 0) {
			*part_new(r, i, false) = (struct part){ .first = i,
				.on = on,
				.title = title,
				.prelude = first };
		}
		commands = 0;
	}
}

/* The block is one step. */
static void
keep_whole(struct shape *shape)
{
	shape->parts_count = 1;
	shape->parts[0] = (struct part){ .first = 0 };
}

/* The orders that stand before all else, with a blank line behind them. */
static int
count_tasks(const struct reading *r)
{
	int i = 0, orders = 0;

	while (i < r->count && r->lines[i].len == 0)
		i++;
	for (; i < r->count && r->shape->marks[i] == MARK_PROSE; i++) {
		const char *text = arena_strndup(
		    r->im->p.arena, r->lines[i].s, r->lines[i].len);
		const char *order = imperative_behind_number(text);

		if (order == NULL)
			order = text + strspn(text, "0123456789.) ");
		if (!imperative_is(order))
			return 0;
		orders++;
	}
	return orders > 0 && i < r->count && r->lines[i].len == 0 ? i : 0;
}

void
parts_read(struct import *im, const struct node *n, struct shape *shape)
{
	struct reading r = { .im = im, .shape = shape, .count = shape->lines };

	keep_whole(shape);
	if (!n->fenced || !n->closed || im->quotes > 0 || shape->on != NULL ||
	    memchr(shape->marks, MARK_OUTPUT, (size_t)shape->lines) != NULL ||
	    memmem(n->text, n->len, "<<", 2) != NULL)
		return;
	r.lines = arena_alloc(
	    im->p.arena, ((size_t)r.count + 1) * sizeof(*r.lines));
	read_lines(&r, n->text);
	shape->parts_count = 0;
	cut_by_kind(&r);
	if (shape->parts_count == 0 || !is_possible(&r))
		keep_whole(shape);
	if (shape->parts_count == 1 && shape->parts[0].kind == NULL)
		cut_by_machine(&r);
	if (shape->parts_count == 1 && shape->parts[0].kind == NULL) {
		parts_by_condition(&r);
		if (r.joined)
			keep_whole(shape);
	}
	shape->told = count_tasks(&r);
}
