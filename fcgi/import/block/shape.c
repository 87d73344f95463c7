/*
 * shape.c: what the lines of a block of code are, whatever its label says.
 *
 * Authors put into one block what they would type: sentences, a client and the
 * statements for it, ssh and the commands for the machine behind it, what to
 * choose from menus, and what was printed.  Lines that are no commands become
 * comments, so that nothing is lost; a client or ssh says where the rest is
 * executed.
 */
#include <string.h>
#include <strings.h>

#include "import/block/shape.h"
#include "base/text.h"
#include "import/block/code.h"
#include "import/block/curl.h"
#include "import/block/guess.h"
#include "import/block/parts.h"
#include "import/import_own.h"
#include "import/machines.h"
#include "import/block/scp.h"
#include "compiler/check/programs.h"
#include "compiler/parse/heuristics.h"
#include "compiler/parse/prose.h"
#include "lang/script_lines.h"

/* A walk over the commands of a block. */
struct walk {
	struct import *im;
	const struct node *n;
	struct shape *shape;
	size_t curls, copies;
	bool special; /* a request has attributes of its own */
	bool typed;   /* what stands behind is typed into an editor */
	struct buf requests;
};

static bool
leaves(const char *s, size_t len)
{
	static const char *const words[] = { "exit", "quit", "logout", "\\q",
		"exit;", "quit;", NULL };

	return text_is_among(s, len, words);
}

/* The kind of the client that the line opens, or NULL. */
static const char *
client_of(const char *s, size_t len)
{
	static const struct {
		const char *name, *kind;
	} clients[] = { { "mysql", "mysql" }, { "mariadb", "mysql" },
		{ "psql", "postgresql" }, { "sqlite3", "sqlite" } };
	const char *name;
	size_t at = 0, where;

	if (program_find(s, len, &at, &where, &name) != PROGRAM_LINES)
		return NULL;
	for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++)
		if (strcmp(clients[i].name, name) == 0)
			return clients[i].kind;
	return NULL;
}

/* The output of a program begins here, and no command stands behind it. */
static bool
is_output(const struct script_line *l)
{
	const char *s = l->s;

	if (!(strchr("{[", s[0]) != NULL && looks_like_data(s, strlen(s))) &&
	    !text_starts(s, "+---") && !text_starts(s, "HTTP/1."))
		return false;
	for (s += l->len; *s != '\0'; s += strcspn(s, "\n")) {
		s += strspn(s, " \t\r\n");
		if (looks_like_a_command(s, strcspn(s, "\n")))
			return false;
	}
	return true;
}

/* The length of the command that begins at s, up to the next one. */
static size_t
command_length(struct script_lines lines, const char *s)
{
	struct script_line next;
	size_t len = script_lines_next(&lines, &next) ? (size_t)(next.s - s)
						      : strlen(s);

	for (;;) {
		const char *line;

		while (len > 0 && strchr(" \t\r\n", s[len - 1]) != NULL)
			len--;
		line = memrchr(s, '\n', len);
		if (line == NULL || line[1 + strspn(line + 1, " \t")] != '#')
			return len;
		len = (size_t)(line - s); /* a comment before the next one */
	}
}

/* The length of one word that no command gives, quoted or to be filled in, and
 * of the comment behind it; 0: it is none. */
static size_t
value_length(const char *s, size_t len)
{
	const char *ends = len > 0 && s[0] == '"' ? "\""
	    : len > 0 && s[0] == '\''             ? "'"
	    : len > 0 && s[0] == '<'              ? ">"
						  : " \t";
	size_t n = ends[0] != ' ';

	while (n < len && strchr(ends, s[n]) == NULL)
		n++;
	if (ends[0] != ' ' && n++ >= len)
		return 0;
	if (memchr(s, '(', n) != NULL || memchr(s, '`', n) != NULL)
		return 0;
	while (n < len && strchr(" \t", s[n]) != NULL)
		n++;
	return n < len && s[n] == '#' ? len : n;
}

/* “ROOT=/srv/app” without a command behind it, exported or not. */
static bool
is_setting(const char *s, size_t len)
{
	size_t n = 0;

	if (len > 7 && memcmp(s, "export ", 7) == 0) {
		s += 7;
		len -= 7;
	}
	while (n < len &&
	    (s[n] == '_' || ((s[n] | 0x20) >= 'a' && (s[n] | 0x20) <= 'z') ||
		(n > 0 && s[n] >= '0' && s[n] <= '9')))
		n++;
	return n > 0 && n < len && s[n] == '=' &&
	    value_length(s + n + 1, len - n - 1) == len - n - 1;
}

static bool
read_curl(struct walk *w, const char *s, size_t len)
{
	struct curl curl;

	if (!w->n->fenced || !w->n->closed || w->im->quotes > 0 ||
	    !curl_read(w->im, s, len, &curl))
		return false;
	buf_printf(
	    &w->requests, "%s%s", w->curls > 0 ? "\n###\n" : "", curl.request);
	w->special |= curl.more[0] != '\0' || curl.target != NULL;
	w->shape->more = curl.more;
	w->shape->target = curl.target;
	w->curls++;
	return true;
}

/* “DROP TABLE a;”, which no shell knows. */
static bool
is_statement(const char *s, size_t len)
{
	size_t upper = 0;

	while (upper < len && s[upper] >= 'A' && s[upper] <= 'Z')
		upper++;
	return upper > 2 && s[len - 1] == ';' && guess_statement(s) &&
	    (upper == len - 1 || s[upper] == ' ');
}

bool
shape_is_edited(const char *s, size_t len)
{
	const char *name;
	size_t at = 0, where;
	enum program_input input;

	while (
	    (input = program_find(s, len, &at, &where, &name)) != PROGRAM_NONE)
		if (input == PROGRAM_KEYS)
			return true;
	return false;
}

/* The line is what somebody types into the editor before it. */
static bool
is_typed(struct walk *w, const char *s, size_t len)
{
	if (shape_is_edited(s, len))
		w->typed = true;
	else if (looks_like_a_prompt(s, len) > 0 ||
	    (looks_like_a_command(s, len) && !is_setting(s, len)))
		w->typed = false;
	else
		return w->typed;
	return false;
}

/* The mark of a command. */
static char
mark(struct walk *w, const struct script_line *l, size_t whole)
{
	struct shape *shape = w->shape;
	struct scp scp;
	size_t len = l->len;

	while (len > 0 && strchr(" \t\r", l->s[len - 1]) != NULL)
		len--;
	if (is_typed(w, l->s, len))
		return MARK_PROSE;
	if (looks_like_prose(l->s, len) || looks_like_a_sentence(l->s, len))
		return MARK_PROSE;
	if (looks_like_a_menu(l->s, len))
		return MARK_MENU;
	if (looks_like_a_prompt(l->s, len) > 0) {
		shape->commands++;
		return MARK_PROMPT;
	}
	if (shape->commands == 0 && w->copies + w->curls == 0 &&
	    shape->on == NULL &&
	    machines_ssh(w->im, l->s, len, &shape->on, &shape->user)) {
		return MARK_COMMENT;
	}
	if (shape->on != NULL && leaves(l->s, len))
		return MARK_COMMENT;
	if (w->n->fenced && w->n->closed && w->im->quotes == 0 &&
	    scp_read(w->im, l->s, len, &scp)) {
		w->copies++;
		return MARK_COPY;
	}
	if (l->s[0] == '-' && len > 1 && l->s[1] != ' ')
		shape->usage = true; /* “--debug  more output” */
	shape->foreign |= is_statement(l->s, len);
	if (is_setting(l->s, len))
		return MARK_NONE; /* alone, it has no effect */
	if (!read_curl(w, l->s, whole))
		shape->commands++;
	return MARK_NONE;
}

/* A client of SQL whose statements stand behind it: all before them become
 * comments.  False: it is none, or something else comes before. */
static bool
read_client(struct walk *w, const char *kind, struct script_lines lines)
{
	static const char *const before[] = { "cd", "su", "sudo", "source",
		"export", NULL };
	struct script_lines all = { .at = w->n->text };
	struct script_line l, first;
	const char *found;

	if (!script_lines_next(&lines, &first) || !guess_statement(first.s))
		return false;
	while (script_lines_next(&all, &l) && l.number < first.number) {
		found = client_of(l.s, l.len);
		if (found == NULL &&
		    !text_is_among(l.s, strcspn(l.s, " \t\n"), before))
			return false;
	}
	memset(w->shape->marks, MARK_COMMENT, (size_t)first.number);
	do
		if (leaves(l.s, l.len))
			w->shape->marks[l.number] = MARK_COMMENT;
	while (script_lines_next(&all, &l));
	w->shape->kind = kind;
	return true;
}

static void
read_shell(struct walk *w)
{
	struct script_lines lines = { .at = w->n->text };
	struct script_line l;
	struct shape *shape = w->shape;
	const char *client;
	bool any = false;

	while (script_lines_next(&lines, &l) && l.number < shape->lines) {
		client = client_of(l.s, l.len);
		if (client != NULL && read_client(w, client, lines))
			return;
		if (any && w->n->fenced && is_output(&l)) {
			shape->marks[l.number] = MARK_OUTPUT;
			return;
		}
		shape->marks[l.number] = mark(
		    w, &l, command_length(lines, l.s));
		any = true;
	}
}

/* “docker exec -it app bash”: what stands behind is for that shell. */
static bool
enters_shell(const char *s, size_t len)
{
	const char *name;
	size_t at = 0, where;

	return program_find(s, len, &at, &where, &name) == PROGRAM_LINES &&
	    client_of(s, len) == NULL &&
	    (strcmp(name, "bash") == 0 || strcmp(name, "sh") == 0);
}

/* Shell lines before the statements of a block of SQL; without statements they
 * are a script. */
static void
read_sql(struct walk *w)
{
	struct script_lines lines = { .at = w->n->text };
	struct script_line l;

	bool begun = false, other = false;

	while (script_lines_next(&lines, &l) && l.number < w->shape->lines) {
		if (leaves(l.s, l.len)) {
			w->shape->marks[l.number] = MARK_COMMENT;
			continue;
		}
		w->shape->foreign |= !begun && enters_shell(l.s, l.len);
		other |= !looks_like_a_command(l.s, l.len);
		begun |= other || guess_statement(l.s);
		if (!begun)
			w->shape->marks[l.number] = MARK_COMMENT;
	}
	if (!begun) {
		memset(w->shape->marks, MARK_NONE, (size_t)w->shape->lines);
		read_shell(w);
		w->shape->kind = w->shape->kind != NULL ? w->shape->kind : "sh";
	}
}

/* Makes a copy, a request or a script of the block. */
static void
decide(struct walk *w)
{
	struct shape *s = w->shape;
	bool output = memchr(s->marks, MARK_OUTPUT, (size_t)s->lines) != NULL;
	bool menus = memchr(s->marks, MARK_MENU, (size_t)s->lines) != NULL;

	parts_read(w->im, w->n, s);
	if (w->copies > 0 && s->parts_count == 1 && s->parts[0].kind == NULL) {
		for (int i = 0; i < s->lines; i++)
			if (s->marks[i] == MARK_COPY)
				s->marks[i] = MARK_NONE;
		s->commands += w->copies;
	} else if (w->copies > 0 && s->commands + w->curls == 0) {
		s->kind = "copy";
	} else if (w->curls > 0 && s->commands == 0 && s->on == NULL &&
	    w->im->on == NULL && !menus && !output &&
	    (w->curls == 1 || !w->special)) {
		s->kind = "http";
		s->request = arena_strdup(
		    w->im->p.arena, buf_text(&w->requests));
	}
	if (s->request == NULL)
		s->commands += w->curls;
	if (s->on != NULL && s->commands == 0)
		s->host = s->on;
}

void
shape_read(struct import *im, const struct node *n, const char *kind,
    struct shape *ret)
{
	struct walk w = { .im = im, .n = n, .shape = ret };

	*ret = (struct shape){ .lines = 0 };
	for (size_t i = 0; i < n->len; i++)
		ret->lines += n->text[i] == '\n';
	ret->lines += n->len > 0 && n->text[n->len - 1] != '\n';
	ret->marks = arena_alloc(im->p.arena, (size_t)ret->lines + 1);
	memset(ret->marks, MARK_NONE, (size_t)ret->lines);
	if (import_is_shell(kind)) {
		read_shell(&w);
		if (ret->kind == NULL)
			decide(&w);
	} else if (kind_is(kind_find(kind), KIND_SQL)) {
		read_sql(&w);
	}
	buf_clear(&w.requests);
}
