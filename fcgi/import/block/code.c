/*
 * code.c: blocks of code as proposals of steps.
 *
 * A fenced block gets braces behind its fence.  An indented one, as older
 * documents and those that pandoc writes have, gets fences; the blanks that
 * made it a block of code go, since they would become a part of the script.
 */
#include <string.h>
#include <strings.h>

#include "import/block/code.h"
#include "base/message.h"
#include "base/text.h"
#include "import/back.h"
#include "import/import_own.h"
#include "import/block/guess.h"
#include "import/block/session.h"
#include "import/machines.h"
#include "import/block/shape.h"
#include "import/block/step.h"
#include "import/notes.h"
#include "compiler/parse/heuristics.h"
#include "compiler/check/programs.h"
#include "lang/script_lines.h"
#include "lang/values.h"
#include "compiler/parse/slug.h"
#include "compiler/parse/source.h"
#include "import/nodes.h"

static bool
holds_value(const struct node *n)
{
	char name[65];
	size_t at = 0, len;

	return values_next(n->text, n->len, &at, &len, name);
}

bool
import_is_shell(const char *kind)
{
	return kind_is(kind_find(kind), KIND_SHELL);
}

/* The kind of a session whose prompts are those of `own`, or NULL. */
static const char *
session_kind(const char *own, const char *lang, const char *kind)
{
	if (own[0] != '\0' && (lang[0] == '\0' || import_is_terminal(lang)))
		return own;
	if (kind == NULL || own[0] == '\0')
		return NULL;
	if (strcasecmp(lang, "sql") == 0)
		return import_is_shell(own) ? NULL : own;
	return strcmp(own, kind) == 0 ||
		(import_is_shell(own) && import_is_shell(kind))
	    ? kind
	    : NULL;
}

/* The kind that a fence names, in any case of letters, or by another word. */
static const char *
kind_by_word(struct import *im, const char *lang)
{
	/* clang-format off */
	static const struct { const char *lang, *kind; } others[] = {
		{ "shell", "sh" },
		{ "bash=", "bash" },
		{ "zsh", "bash" },
		{ "ksh", "bash" },
		{ "psql", "postgresql" },
	};
	/* clang-format on */

	if (strcasecmp(lang, "sql") == 0)
		return im->sql;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcasecmp(others[i].lang, lang) == 0)
			return others[i].kind;
	for (int i = 0; i < STEP_KIND__MAX; i++)
		if (kind_is(i, KIND_SHELL | KIND_SQL) &&
		    strcasecmp(kind_name(i), lang) == 0)
			return kind_name(i);
	return NULL;
}

/* Nothing but commands below the label of something else than a shell. */
static bool
is_mislabelled(const struct node *n)
{
	static const char *const others[] = { "powershell", "ps1", "ps", "pwsh",
		"bat", "batch", "cmd", "dos", "fish", "nushell", NULL };
	struct script_lines lines = { .at = n->text };
	struct script_line l;
	size_t i = 0, count = 0;

	while (others[i] != NULL && strcasecmp(others[i], n->lang) != 0)
		i++;
	while (others[i] == NULL && script_lines_next(&lines, &l)) {
		if (!looks_like_a_command(l.s, l.len) ||
		    memchr(l.s, ' ', l.len) == NULL || text_starts(l.s, ".. "))
			return false;
		count++;
	}
	return count > 0;
}

const char *
import_kind_by_label(struct import *im, const struct node *n)
{
	const char *kind;

	if (n->text[strspn(n->text, " \t\r\n")] == '\0')
		return NULL;
	if (n->lang[0] == '\0')
		return guess_is_sql(n->text) && !holds_value(n) ? im->sql
		    : looks_like_commands(n->text, n->len)      ? "sh"
		    : guess_is_python(n->text)                  ? "python"
								: NULL;
	kind = kind_by_word(im, n->lang);
	if (kind == NULL && is_mislabelled(n))
		return "sh";
	return kind != NULL && (import_is_shell(kind) || !holds_value(n))
	    ? kind
	    : NULL;
}

/* The program that would read the lines behind it, or NULL. */
static const char *
entered(const char *text, const struct shape *shape)
{
	struct script_lines lines = { .at = text };
	struct script_line l;
	enum program_input input;
	const char *name;
	size_t at, where;

	while (script_lines_next(&lines, &l)) {
		at = 0;
		if (l.number < shape->lines &&
		    shape->marks[l.number] != MARK_NONE)
			continue;
		while ((input = program_find(l.s, l.len, &at, &where, &name)) !=
		    PROGRAM_NONE)
			if (input == PROGRAM_LINES)
				return name;
	}
	return NULL;
}

/* Nothing but “cd app”, which ends with the step. */
static bool
only_enters(const char *text)
{
	struct script_lines lines = { .at = text };
	struct script_line l;
	bool any = false;

	for (; script_lines_next(&lines, &l); any = true)
		if (!text_starts(l.s, "cd ") || strpbrk(l.s, ";&|") != NULL)
			return false;
	return any;
}

/* Its last command is a plain “exit”, behind others. */
static bool
leaves_at_its_end(const char *text)
{
	struct script_lines lines = { .at = text };
	struct script_line l, last = { .s = "" };
	int count = 0;

	for (; script_lines_next(&lines, &l); count++)
		last = l;
	while (last.len > 0 && strchr(" \t\r;", last.s[last.len - 1]) != NULL)
		last.len--;
	return count > 2 && last.len == 4 && memcmp(last.s, "exit", 4) == 0;
}

/* The kind of a block of commands by what its lines are. */
static const char *
kind_by_lines(struct import *im, const struct node *n, const char *kind,
    struct verdict *ret)
{
	struct shape shape;

	shape_read(im, n, kind, &shape);
	if (!import_is_shell(kind) && shape.foreign) {
		ret->why = MESSAGE("import_other_program");
		return NULL;
	}
	if (shape.kind != NULL || !import_is_shell(kind))
		return shape.kind != NULL ? shape.kind : kind;
	ret->host = shape.host;
	ret->user = shape.user;
	if (shape.host != NULL)
		return NULL;
	ret->name = entered(n->text, &shape);
	if (shape.usage)
		ret->why = MESSAGE("import_unclear");
	else if (shape.foreign)
		ret->why = MESSAGE("import_other_program");
	else if (ret->name != NULL)
		ret->why = MESSAGE("import_enters");
	else if (shape.on == NULL && leaves_at_its_end(n->text))
		ret->why = MESSAGE("import_leaves");
	else if (only_enters(n->text) && !nodes_is_folder(n->text))
		ret->why = MESSAGE("import_only_enters");
	else if (shape.commands == 0)
		ret->why = MESSAGE("import_only_comments");
	return ret->why == NULL ? kind : NULL;
}

/* The output of a program, below the label of a shell. */
static bool
is_printed(struct import *im, const struct node *n)
{
	if (im->before != NULL &&
	    guess_names_output(text_title(&im->p, im->before)))
		return true;
	return n->lang[0] != '\0' && guess_has_no_command(n->text) &&
	    (n->text[strspn(n->text, " \t\n")] == '`' ||
		guess_is_table(n->text) || guess_is_columns(n->text) ||
		(im->before != NULL &&
		    guess_says_output(text_title(&im->p, im->before))));
}

/* Not of what was printed, of lines of configuration, or of shortcodes. */
static const char *
kind_for(struct import *im, const struct node *n, struct verdict *ret)
{
	const char *kind = import_kind_by_label(im, n);
	const char *own = import_session_kind(im, n, ret);
	const char *s = n->text;

	if (own != NULL && own[0] == '\0' && n->fenced && n->closed &&
	    im->quotes == 0 && import_is_mixed(n)) {
		*ret = (struct verdict){ 0 };
		own = NULL;
		kind = kind != NULL && import_is_shell(kind) ? kind : "sh";
	}
	if (own != NULL) {
		kind = session_kind(own, n->lang, kind);
		if (kind == NULL && ret->why == NULL)
			ret->why = MESSAGE("import_prompts_other");
		return kind;
	}
	if (kind != NULL && import_is_shell(kind) &&
	    (looks_like_data(s, n->len) || is_printed(im, n) ||
		guess_is_files(s) || guess_has_crontab(s) ||
		guess_has_arrow(s)))
		return NULL;
	while (kind != NULL && *s != '\0') {
		if (looks_like_a_shortcode(s + strspn(s, " \t")))
			return NULL;
		s += strcspn(s, "\n");
		s += *s == '\n';
	}
	return kind != NULL ? kind_by_lines(im, n, kind, ret) : NULL;
}

/* Closes a fence that the document leaves open. */
static void
close_fence(struct import *im, const struct node *n, size_t marks)
{
	struct parse *p = &im->p;
	struct buf out = { 0 };
	int line = n->number;
	size_t at;

	for (size_t i = 0; i < n->len; i++)
		line += n->text[i] == '\n';
	at = source_line_start(p, line + 1);
	if (at > 0 && p->src[at - 1] != '\n' && p->src[at - 1] != '\r')
		buf_putc(&out, '\n');
	for (size_t i = source_line_start(p, n->number); i < n->at; i++)
		buf_putc(&out, p->src[i] == '>' ? '>' : ' ');
	for (size_t i = 0; i < marks; i++)
		buf_putc(&out, p->src[n->at]);
	buf_putc(&out, '\n');
	import_insert(im, at, 0, arena_strdup(p->arena, buf_text(&out)));
	buf_clear(&out);
}

size_t
import_line_at(const struct parse *p, const struct node *n, int i,
    const char *s, size_t len)
{
	int line = n->fenced ? n->number + 1 + i : source_line(p, n->at) + i;
	size_t start = source_line_start(p, line);
	size_t end = source_line_end(p, line);

	return end - start < len || memcmp(p->src + end - len, s, len) != 0
	    ? NOWHERE
	    : end - len;
}

size_t
import_indentation(const struct parse *p, const struct node *n)
{
	size_t found = 0, at, start, width;
	const char *s = n->text, *end = n->text + n->len;

	for (int i = 0; s < end; i++) {
		size_t len = strcspn(s, "\n");

		start = source_line_start(p, source_line(p, n->at) + i);
		at = import_line_at(p, n, i, s, len);
		width = at - start;
		s += len + (s[len] == '\n');
		if (len == 0)
			continue;
		if (at == NOWHERE || (found > 0 && width != found) ||
		    (strspn(p->src + start, " ") < width &&
			!(width == 1 && p->src[start] == '\t')) ||
		    (width < 4 && p->src[start] != '\t'))
			return 0;
		found = width;
	}
	return found;
}

const char *
import_kind(struct import *im, const struct node *n, struct verdict *ret)
{
	const char *kind = NULL;

	if (!n->in_html && !blocks_is_comment(&im->p, n->at) &&
	    (!n->fenced || n->number >= 0) && import_refused(im, n->at) == NULL)
		kind = kind_for(im, n, ret);
	if (kind != NULL && !n->fenced &&
	    (strstr(n->text, "```") != NULL ||
		import_indentation(&im->p, n) == 0))
		return NULL;
	return kind != NULL && strcmp(kind, "sh") == 0 ? guess_shell(n->text)
						       : kind;
}

/* Adds the notes about the block, step or not. */
static void
note_verdict(struct import *im, const struct node *n, const struct verdict *v)
{
	struct arena *arena = im->p.arena;
	const char *why = v->why;

	if (why != NULL && v->name != NULL)
		why = message_arena(
		    arena, "import_enters_named name=%s", v->name);
	if (why != NULL)
		import_note(im, n->at,
		    message_arena(arena, "import_block_stays reason=%s", why));
	else if (v->root)
		import_note(im, n->at, MESSAGE("import_root_prompts"));
}

void
import_code(struct import *im, const struct node *n)
{
	struct parse *p = &im->p;
	struct verdict v = { 0 };
	const char *kind = NULL;
	size_t marks = 0;

	if (n->fenced && n->number < 0)
		return;
	while (n->fenced && p->src[n->at + marks] == p->src[n->at])
		marks++;
	if (n->fenced && !n->closed)
		close_fence(im, n, marks);
	if (n->fenced &&
	    memchr(p->src + n->info, '{', n->info_end - n->info) != NULL) {
		import_insert(im, n->info_end, 0, " {.example}");
		return;
	}
	if (im->cautious || im->ids_count >= IMPORT_STEPS_MAX)
		return;
	if (back_is_here(im)) {
		back_note(im, n);
		return;
	}
	if (import_refused(im, n->at) == NULL && !n->in_html &&
	    !blocks_is_comment(p, n->at) &&
	    (step_put_settings(im, n, marks) || step_put_addresses(im, n)))
		return;
	kind = import_kind(im, n, &v);
	note_verdict(im, n, &v);
	if (kind == NULL && v.why == NULL && v.host == NULL && !n->in_html &&
	    n->text[strspn(n->text, " \t\r\n")] != '\0' &&
	    import_refused(im, n->at) == NULL && !blocks_is_comment(p, n->at))
		import_note_line(im, n->at, MESSAGE("import_stays"));
	if (v.host != NULL)
		machines_enter(im, n, v.host, v.user);
	if (kind != NULL && import_is_shell(kind) &&
	    nodes_enter_folder(im, n->text))
		return;
	if (kind != NULL)
		step_put(im, n, kind, import_is_session(im, n), marks);
}
