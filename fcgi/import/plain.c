/*
 * plain.c: commands that stand in a paragraph without any mark.
 *
 * Those who write plain text put a command on a line of its own.  Markdown
 * takes it for a part of the paragraph.  Such a line gets a fence if it is
 * surely a command: in Chinese one without a Chinese character, in other
 * languages only where all lines of the paragraph are commands.
 */
#include <string.h>
#include <strings.h>

#include "import/plain.h"
#include "base/message.h"
#include "base/text.h"
#include "import/back.h"
#include "import/block/guess.h"
#include "import/import_own.h"
#include "import/machines.h"
#include "import/nodes.h"
#include "import/notes.h"
#include "compiler/check/programs.h"
#include "compiler/parse/heuristics.h"
#include "compiler/parse/slug.h"
#include "compiler/parse/source.h"

/* The lines of a paragraph, from 0. */
struct lines {
	int first, last;
	int commands;
	bool chinese; /* a line has a Chinese character */
};

/* The line in the source, without the blanks around it. */
static const char *
line_of(struct import *im, int line, size_t *ret_len)
{
	size_t from = source_line_start(&im->p, line);
	size_t to = source_line_end(&im->p, line);

	while (from < to && strchr(" \t", im->p.src[from]) != NULL)
		from++;
	while (to > from && strchr(" \t\r", im->p.src[to - 1]) != NULL)
		to--;
	*ret_len = to - from;
	return im->p.src + from;
}

static bool
is_word(const char *s, size_t len, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strlen(*words) == len && memcmp(*words, s, len) == 0)
			return true;
	return false;
}

static bool
has_wide(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)s[i] >= 0x80)
			return true;
	return false;
}

/* “systemctl stop app”, “rm old.jar”: programs that are no English words, with
 * the words that they need, of which none is a version. */
static bool
has_subcommand(const char *s, size_t len)
{
	static const char *const programs[] = { "systemctl", "service",
		"supervisorctl", "kubectl", "docker", "docker-compose", "helm",
		"apt", "apt-get", "yum", "dnf", "zypper", "apk", "pip", "pip3",
		"npm", "pnpm", "yarn", "git", "cp", "mv", "rm", "mkdir",
		"rmdir", "chmod", "chown", "initctl", NULL };
	static const char *const one[] = { "rm", "mkdir", "rmdir", "pm2",
		"gitlab-ctl", "git", "npm", "yarn", "supervisorctl", NULL };
	size_t n = 0, words = 1;

	while (n < len && s[n] != ' ')
		n++;
	for (size_t i = 1; i + 1 < len; i++)
		words += s[i] == ' ' && s[i + 1] != ' ';
	return n + 1 < len && s[n + 1] >= 'a' && s[n + 1] <= 'z' &&
	    ((words > 2 && is_word(s, n, programs)) || is_word(s, n, one));
}

/* A well-known command with an option or a path, and no word that only a
 * sentence has. */
static bool
is_sure(const char *s, size_t len)
{
	static const char *const words[] = { " the ", " that ", " is ", " are ",
		" to ", " and ", " or ", " your ", " you ", " sure ", " if ",
		" this ", " with ", " of ", NULL };

	if (!looks_like_a_command(s, len) || has_wide(s, len) ||
	    strchr(".,:;`", s[len - 1]) != NULL)
		return len > 2 && memcmp(s + len - 2, " .", 2) == 0 &&
		    looks_like_a_command(s, len) && !has_wide(s, len);
	if (text_has_any(s, len, words))
		return false;
	return memchr(s, ' ', len) != NULL
	    ? memchr(s, '/', len) != NULL || memmem(s, len, " -", 2) != NULL ||
		memchr(s, '@', len) != NULL || has_subcommand(s, len)
	    : s[0] == '.' || s[0] == '/';
}

static struct lines
read_lines(struct import *im, const struct node *n)
{
	struct lines l = { .first = source_line(&im->p, n->at),
		.last = source_line(&im->p, n->end - 1) };

	for (int i = l.first; i <= l.last; i++) {
		size_t len;
		const char *s = line_of(im, i, &len);

		l.chinese |= has_wide(s, len);
		l.commands += len > 0 && is_sure(s, len);
	}
	return l;
}

static bool
opens_a_shell(const char *s, size_t len)
{
	const char *name;
	size_t at = 0, where;

	return program_find(s, len, &at, &where, &name) == PROGRAM_LINES;
}

/* A fence around the lines; a line of ssh alone says where the next ones run.
 * False: they are commands for a terminal. */
static bool
put_run(struct import *im, const struct node *n, int first, int last)
{
	struct parse *p = &im->p;
	size_t start = source_line_start(p, first), len;
	const char *s = line_of(im, first, &len), *host, *user, *indent;
	const char *title, *text, *kind;
	const char *gap = first > source_line(p, n->at) ? "\n" : "";
	int width = (int)(s - (p->src + start));

	if (first == last && machines_ssh(im, s, len, &host, &user)) {
		machines_enter(im, n, host, user);
		return true;
	}
	for (int i = first; i <= last; i++) {
		s = line_of(im, i, &len);
		if (opens_a_shell(s, len))
			return false;
	}
	s = line_of(im, first > 0 ? first - 1 : 0, &len);
	title = first > source_line(p, n->at) ? arena_strndup(p->arena, s, len)
	    : im->heading != NULL             ? text_title(p, im->heading)
					      : "";
	import_span(im, first, last);
	indent = arena_printf(p->arena, "%*s", width, "");
	text = arena_strndup(
	    p->arena, p->src + start, source_line_end(p, last) - start);
	kind = guess_shell(text);
	im->deletes = back_restores(text);
	import_insert(im, start, 0,
	    arena_printf(p->arena, "%s%s```%s%s\n", gap, indent, kind,
		import_braces(im, title, kind, "")));
	im->deletes = false;
	import_insert(im, source_line_end(p, last), 0,
	    arena_printf(p->arena, "\n%s```%s", indent,
		last < source_line(p, n->end - 1) ? "\n" : ""));
	return true;
}

bool
plain_is_commands(struct import *im, const struct node *n)
{
	struct lines l;

	if (n->at == NOWHERE || n->end == NOWHERE || n->end == 0 ||
	    im->quotes > 0)
		return false;
	l = read_lines(im, n);
	return l.commands > l.last - l.first;
}

void
plain_note(struct import *im, const struct node *n)
{
	struct lines l;

	if (n->at == NOWHERE || n->end == NOWHERE || n->end == 0)
		return;
	l = (struct lines){ .first = source_line(&im->p, n->at),
		.last = source_line(&im->p, n->end - 1) };
	for (int i = l.first; i <= l.last; i++) {
		size_t len;
		const char *s = line_of(im, i, &len);

		if (len > 0 &&
		    (is_sure(s, len) ||
			(s[len - 1] == ';' && guess_statement(s))))
			import_note_line(im, source_line_start(&im->p, i),
			    MESSAGE("import_plain"));
	}
}

bool
plain_put(struct import *im, const struct node *n)
{
	struct lines l = read_lines(im, n);
	int first = -1;
	size_t len;
	bool any = false;

	if (l.commands == 0 || im->quotes > 0 ||
	    (!l.chinese && l.commands <= l.last - l.first))
		return false;
	for (int i = l.first; i <= l.last + 1; i++) {
		const char *s = i <= l.last ? line_of(im, i, &len) : NULL;
		bool command = s != NULL && len > 0 && is_sure(s, len);

		if (command && first < 0)
			first = i;
		if (!command && first >= 0) {
			any |= put_run(im, n, first, i - 1);
			first = -1;
		}
	}
	return any;
}
