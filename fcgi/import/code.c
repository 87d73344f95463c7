/*
 * code.c: blocks of code as proposals of steps.
 *
 * A fenced block gets braces behind its fence.  An indented one, as older
 * documents and those that pandoc writes have, gets fences; the blanks that
 * made it a block of code go, since they would become a part of the script.
 */
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "import/import_own.h"
#include "compiler/heuristics.h"
#include "lang/values.h"

static bool
holds_value(const struct node *n)
{
	char name[65];
	size_t at = 0, len;

	return values_next(n->text, n->len, &at, &len, name);
}

static bool
is_shell(const char *kind)
{
	return strcmp(kind, "sh") == 0 || strcmp(kind, "bash") == 0;
}

/* The kind of a session whose prompts are those of `own`, or NULL. */
static const char *
session_kind(const char *own, const char *lang, const char *kind)
{
	static const char *const terminals[] = { "", "console", "terminal",
		"shell-session", "shellsession", "sh-session", "bash-session",
		NULL };

	for (size_t i = 0; own[0] != '\0' && terminals[i] != NULL; i++)
		if (strcasecmp(terminals[i], lang) == 0)
			return own;
	if (kind == NULL || own[0] == '\0')
		return NULL;
	if (strcasecmp(lang, "sql") == 0)
		return is_shell(own) ? NULL : own;
	return strcmp(own, kind) == 0 ||
		(strcmp(own, "sh") == 0 && strcmp(kind, "bash") == 0)
	    ? kind
	    : NULL;
}

/* By the word after the fence, or the look of the commands. */
static const char *
kind_by_look(const struct import *im, const struct node *n)
{
	static const struct {
		const char *lang, *kind;
	} known[] = {
		{ "sh", "sh" },
		{ "shell", "sh" },
		{ "bash", "bash" },
		{ "mysql", "mysql" },
		{ "psql", "postgresql" },
		{ "postgresql", "postgresql" },
		{ "sql", NULL },
	};
	const char *kind;

	if (n->text[strspn(n->text, " \t\r\n")] == '\0')
		return NULL;
	if (n->lang[0] == '\0')
		return looks_like_commands(n->text, n->len) ? "sh" : NULL;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcasecmp(known[i].lang, n->lang) != 0)
			continue;
		kind = known[i].kind != NULL ? known[i].kind : im->sql;
		return is_shell(kind) || !holds_value(n) ? kind : NULL;
	}
	return NULL;
}

/* Not of what was printed, of lines of configuration, or of shortcodes. */
static const char *
kind_for(const struct import *im, const struct node *n)
{
	const char *kind = kind_by_look(im, n);
	const char *own = import_session_kind(im, n);
	const char *s = n->text;

	if (own != NULL)
		return session_kind(own, n->lang, kind);
	if (kind != NULL && is_shell(kind) && looks_like_data(s, n->len))
		return NULL;
	while (kind != NULL && *s != '\0') {
		if (looks_like_a_shortcode(s + strspn(s, " \t")))
			return NULL;
		s += strcspn(s, "\n");
		s += *s == '\n';
	}
	return kind;
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

/*
 * An indented block: four blanks, or a tab, before each line, behind those of
 * the list that it stands in.  How many there are before each; 0 where that
 * is not so, such as in a quote.
 */
static size_t
indentation(const struct parse *p, const struct node *n)
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
import_kind(const struct import *im, const struct node *n)
{
	const char *kind = NULL;

	if (!n->in_html && !blocks_is_comment(&im->p, n->at) &&
	    (!n->fenced || n->number >= 0))
		kind = kind_for(im, n);
	if (kind != NULL && !n->fenced &&
	    (strstr(n->text, "```") != NULL || indentation(&im->p, n) == 0))
		return NULL;
	return kind;
}

/* The indentation goes, and fences come. */
static void
fence(struct import *im, const struct node *n, const char *kind,
    const char *braces)
{
	struct parse *p = &im->p;
	size_t width = indentation(p, n), gone = width < 4 ? width : 4;
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

/* "7 - [2, 3] - 4", what is chosen from menus, is no command: a comment. */
static bool
comment_menus(struct import *im, const struct node *n)
{
	const char *s = n->text;
	bool any = false;

	for (int i = 0; s < n->text + n->len; i++) {
		size_t len = strcspn(s, "\n");
		size_t at = import_line_at(&im->p, n, i, s, len);

		if (looks_like_a_menu(s, len) && at != NOWHERE) {
			import_insert(im, at + strspn(s, " \t"), 0, "# ");
			any = true;
		}
		s += len + (s[len] == '\n');
	}
	return any;
}

void
import_code(struct import *im, const struct node *n)
{
	struct parse *p = &im->p;
	const char *kind, *braces, *title = "";
	size_t marks = 0;
	bool shell, session;

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
	kind = im->cautious || im->ids_count >= IMPORT_STEPS_MAX
	    ? NULL
	    : import_kind(im, n);
	if (kind == NULL)
		return;
	if (im->before != NULL)
		title = text_title(p, im->before);
	if (title[0] == '\0' && im->heading != NULL)
		title = text_title(p, im->heading);
	shell = is_shell(kind);
	session = import_session_kind(im, n) != NULL;
	braces = arena_printf(p->arena, " {#%s%s}", import_id(im, title, kind),
	    shell && !session && comment_menus(im, n) ? " pty interactive"
						      : "");
	if (session)
		import_session(im, n, kind, title);
	else if (shell)
		import_holes(im, n);
	if (!n->fenced) {
		fence(im, n, kind, braces);
	} else if (n->lang[0] == '\0') {
		import_insert(im, n->at + marks, 0,
		    arena_printf(p->arena, "%s%s", kind, braces));
	} else {
		if (strcmp(n->lang, kind) != 0)
			import_insert(im, n->info, 0,
			    arena_printf(p->arena, "%s ", kind));
		import_insert(im, n->info_end, 0, braces);
	}
}
