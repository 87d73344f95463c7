/*
 * session.c: text that was copied out of a terminal, as a proposal.
 *
 * A block with prompts is a session: the prompts go, the commands are a step,
 * and all that was printed becomes a block of its own, which is only shown.
 * The block stays as it is and is no step if it is not sure which lines are a
 * command (a here-document, a quote over several lines, prompts of two
 * programs), or if the session goes on as another user or on another machine:
 * half of a session is another procedure than its author's.
 */
#include <string.h>
#include <strings.h>

#include "import/block/session.h"
#include "base/message.h"
#include "base/text.h"
#include "import/import_own.h"
#include "import/block/code.h"
#include "import/block/placeholders.h"
#include "compiler/parse/heuristics.h"
#include "compiler/parse/prose.h"
#include "compiler/check/programs.h"
#include "compiler/parse/source.h"
#include "import/nodes.h"

enum line { LINE_NOTE, LINE_COMMAND, LINE_OUTPUT };

/* A walk over the lines of a block. */
struct session {
	const char *s; /* the line, and behind it */
	size_t len;
	size_t blank; /* before the prompt or text */
	size_t prompt;
	const char *kind; /* by the prompt, or NULL */
	bool root;        /* “# ” is a prompt */
	bool comments;    /* “# ” begins a comment */
	bool open;        /* the command goes on */
	bool output;
	int number; /* of the next line */
};

static const char *
kind_of_prompt(const char *s, size_t prompt)
{
	if (text_starts(s, "mysql>") || text_starts(s, "MariaDB ["))
		return "mysql";
	if (text_starts(s, "sqlite>") || text_starts(s, ">>>") ||
	    (unsigned char)s[0] >= 0x80 || memchr(s, '\\', prompt) != NULL)
		return "";
	return memchr(s, '=', prompt) != NULL ? "postgresql" : "sh";
}

/* The part of a shell's prompt that stays the same: user and host. */
static size_t
identity(const char *s, size_t prompt)
{
	const char *at = memchr(s, '@', prompt);
	size_t n = at != NULL ? (size_t)(at - s) : 0;

	if (at == NULL)
		return prompt;
	while (n < prompt && strchr(": ]", s[n]) == NULL)
		n++;
	return n;
}

/* The command goes on in the next line. */
static bool
is_open(const char *kind, const char *s, size_t len)
{
	while (len > 0 && (s[len - 1] == ' ' || s[len - 1] == '\t'))
		len--;
	if (len == 0)
		return false;
	return import_is_shell(kind) ? s[len - 1] == '\\' : s[len - 1] != ';';
}

bool
import_is_terminal(const char *lang)
{
	static const char *const words[] = { "console", "terminal",
		"shell-session", "shellsession", "sh-session", "bash-session",
		NULL };

	for (size_t i = 0; words[i] != NULL; i++)
		if (strcasecmp(words[i], lang) == 0)
			return true;
	return false;
}

/* “# We stop the service”: what stands behind “# ” is a sentence, or a command
 * has no prompt. */
static bool
has_comments(const char *s)
{
	for (size_t len; *s != '\0'; s += len + (s[len] == '\n')) {
		s += strspn(s, " \t");
		len = strcspn(s, "\n");
		if (text_starts(s, "# ") && len > 2
			? looks_like_a_sentence(s + 2, len - 2) ||
			    looks_like_prose(s + 2, len - 2)
			: looks_like_a_command(s, len))
			return true;
	}
	return false;
}

static struct session
session_open(const struct node *n)
{
	bool terminal = import_is_terminal(n->lang) && !has_comments(n->text);

	return (struct session){ .s = n->text,
		.comments = !terminal && n->lang[0] != '\0',
		.root = terminal ||
		    (n->lang[0] == '\0' && looks_like_root(n->text, n->len)) };
}

static bool
session_next(struct session *w, enum line *ret)
{
	const char *s;
	size_t len;

	w->s += w->len + (w->number > 0 && w->s[w->len] == '\n');
	if (*w->s == '\0')
		return false;
	w->number++;
	w->len = strcspn(w->s, "\n");
	for (w->blank = 0;
	     w->blank < w->len && strchr(" \t", w->s[w->blank]) != NULL;)
		w->blank++;
	s = w->s + w->blank;
	len = w->len - w->blank;
	w->prompt = w->root && len > 2 && memcmp(s, "# ", 2) == 0
	    ? 2
	    : looks_like_a_prompt(s, len);
	if (w->prompt > 0)
		w->kind = kind_of_prompt(s, w->prompt);
	else if (w->open && !import_is_shell(w->kind) && len > 3 &&
	    memcmp(s, "-> ", 3) == 0)
		w->prompt = 3;
	if (w->prompt > 0 || w->open) {
		w->open = is_open(w->kind, s + w->prompt, len - w->prompt);
		w->output = false;
		*ret = LINE_COMMAND;
	} else {
		w->output |= len > 0 && s[0] != '#';
		*ret = w->output ? LINE_OUTPUT : LINE_NOTE;
	}
	return true;
}

static bool
has_whole_quotes(const char *s, size_t len)
{
	char quote = '\0';

	for (size_t i = 0; i < len; i++) {
		if (s[i] == '\\' && quote != '\'')
			i++;
		else if (quote != '\0' && s[i] == quote)
			quote = '\0';
		else if (quote == '\0' && strchr("'\"`", s[i]) != NULL)
			quote = s[i];
	}
	return quote == '\0';
}

/* The line is a whole command, or a part that is surely one of it. */
static bool
is_sure(const struct session *w, bool was_open)
{
	const char *s = w->s + w->blank + w->prompt;
	size_t len = w->len - w->blank - w->prompt;

	if (was_open && !import_is_shell(w->kind) && w->prompt != 3)
		return false;
	if (was_open && import_is_shell(w->kind) && w->prompt > 0)
		return false;
	return has_whole_quotes(s, len) && memmem(s, len, "<<", 2) == NULL &&
	    (!was_open || s[0] != '>');
}

/* The lines stand in the source as they do in the block. */
static bool
is_simple(const struct import *im, const struct node *n)
{
	const struct parse *p = &im->p;
	size_t start = source_line_start(p, n->number);
	const char *s = n->text;

	if (im->quotes > 0 ||
	    memchr(p->src + start, '\t', n->at - start) != NULL)
		return false;
	for (int i = 0; *s != '\0'; i++) {
		size_t len = strcspn(s, "\n");

		if (import_line_at(p, n, i, s, len) == NOWHERE)
			return false;
		s += len + (s[len] == '\n');
	}
	return true;
}

/* “redis> get a”: the prompt of a program that the session has started. */
static bool
is_foreign(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len &&
	    ((s[n] >= '0' && s[n] <= '9') || strchr("._-:", s[n]) != NULL ||
		((s[n] | 0x20) >= 'a' && (s[n] | 0x20) <= 'z')))
		n++;
	return n > 0 && len - n > 2 && s[n] == '>' && s[n + 1] == ' ';
}

/* The reason for which the line makes the whole session no step, or NULL. */
static const char *
refuse_line(const struct session *w, enum line line, const char *who,
    size_t who_len, const char **ret_name)
{
	const char *s = w->s + w->blank, *name;
	size_t len = w->len - w->blank, at = 0, where, before;

	if (line == LINE_OUTPUT)
		return is_foreign(s, len) ? MESSAGE("import_other_program")
					  : NULL;
	if (line == LINE_NOTE)
		return !w->comments && len > 2 && memcmp(s, "# ", 2) == 0 &&
			looks_like_a_command(s + 2, len - 2)
		    ? MESSAGE("import_root_or_comment")
		    : NULL;
	if (!import_is_shell(w->kind) || w->prompt == 0)
		return NULL;
	before = looks_like_an_environment(s, w->prompt);
	if (who != NULL &&
	    (identity(s + before, w->prompt - before) != who_len ||
		memcmp(who, s + before, who_len) != 0))
		return MESSAGE("import_other_users");
	if (program_find(s + w->prompt, len - w->prompt, &at, &where, &name) !=
	    PROGRAM_LINES)
		return NULL;
	*ret_name = name;
	return MESSAGE("import_enters");
}

/* The state of a session after some of its lines. */
struct judged {
	const char *kind;
	const char *who; /* the first prompt of a shell */
	size_t who_len;
	const char *why; /* it is no step, or NULL */
	const char *name;
	size_t steps;
	enum line last;
	bool open;
	bool root;
};

static const char unsure[] = MESSAGE("import_unclear");

static void
judge(struct judged *j, const struct session *w, enum line line)
{
	const char *why = refuse_line(w, line, j->who, j->who_len, &j->name);

	j->steps += line == LINE_COMMAND && j->last != line;
	if (line == LINE_COMMAND) {
		if (why == NULL &&
		    (!is_sure(w, j->open) ||
			(j->kind != NULL && strcmp(j->kind, w->kind) != 0)))
			why = unsure;
		j->kind = w->kind;
		if (j->who == NULL && w->prompt > 0) {
			size_t before = looks_like_an_environment(
			    w->s + w->blank, w->prompt);

			j->who = w->s + w->blank + before;
			j->who_len = identity(j->who, w->prompt - before);
			j->root = import_is_shell(w->kind) &&
			    memchr(j->who + w->prompt - before - 2, '#', 2) !=
				NULL;
		}
	} else if (line == LINE_OUTPUT && why == NULL &&
	    (j->kind == NULL ||
		(j->last == LINE_COMMAND && w->s[w->blank] == '>'))) {
		why = unsure; /* not behind a prompt, or PS2 */
	}
	if (j->why == NULL)
		j->why = why;
	j->open = w->open;
	j->last = line;
}

const char *
import_session_kind(
    const struct import *im, const struct node *n, struct verdict *ret)
{
	struct session w = session_open(n);
	struct judged j = { .last = LINE_NOTE };
	enum line line;

	if (!n->fenced || n->number < 0)
		j.why = unsure;
	while (session_next(&w, &line))
		judge(&j, &w, line);
	if (j.kind == NULL)
		return NULL;
	if (j.why == NULL &&
	    (j.open || im->ids_count + j.steps > IMPORT_STEPS_MAX ||
		!is_simple(im, n)))
		j.why = unsure;
	if (j.why == NULL && j.kind[0] == '\0')
		j.why = MESSAGE("import_other_program");
	*ret = (struct verdict){ .why = j.why, .name = j.name, .root = j.root };
	return j.why == NULL ? j.kind : "";
}

bool
import_is_session(const struct import *im, const struct node *n)
{
	struct verdict unused = { 0 };
	const char *kind = import_session_kind(im, n, &unused);

	return kind != NULL && kind[0] != '\0';
}

bool
import_is_mixed(const struct node *n)
{
	const char *s = n->text;
	size_t len, prompt, plain = 0, prompts = 0;

	for (; *s != '\0'; s += len + (s[len] == '\n')) {
		s += strspn(s, " \t");
		len = strcspn(s, "\n");
		prompt = looks_like_a_prompt(s, len);
		if (prompt > 0 &&
		    (plain == 0 ||
			strcmp(kind_of_prompt(s, prompt), "sh") != 0))
			return false;
		prompts += prompt > 0;
		plain += prompt == 0 && len > 0 && s[0] != '#';
		if (len > 0 && s[0] != '#' &&
		    !looks_like_a_command(s + prompt, len - prompt))
			return false;
	}
	return plain > prompts && memmem(n->text, n->len, "<<", 2) == NULL;
}

void
import_split(
    struct import *im, const struct node *n, size_t at, const char *info)
{
	struct parse *p = &im->p;
	size_t from = source_line_start(p, n->number), marks = 0;
	char *fence;

	while (p->src[n->at + marks] == p->src[n->at])
		marks++;
	fence = arena_strndup(p->arena, p->src + from, n->at + marks - from);
	memset(fence, ' ', n->at - from);
	import_insert(im, at, 0,
	    arena_printf(p->arena, "%s\n\n%s%s\n", fence, fence, info));
}

void
import_session(struct import *im, const struct node *n, const char *kind,
    const char *title)
{
	struct parse *p = &im->p;
	struct session w = session_open(n);
	bool output = false;
	enum line line;
	size_t start;

	while (session_next(&w, &line)) {
		start = source_line_start(p, n->number + w.number);
		if (line == LINE_COMMAND && output)
			import_split(im, n, start,
			    arena_printf(p->arena, "%s%s", kind,
				import_braces(im, title, kind, "")));
		else if (line == LINE_OUTPUT && !output)
			import_split(im, n, start, "text");
		output = line == LINE_OUTPUT;
		if (w.prompt > 0)
			import_insert(im,
			    import_line_at(p, n, w.number - 1, w.s, w.len) +
				w.blank,
			    w.prompt, "");
		if (line == LINE_COMMAND && import_is_shell(w.kind))
			import_fill(
			    im, n, w.number - 1, w.s, w.blank + w.prompt);
	}
}
