/*
 * session.c: text that was copied out of a terminal, as a proposal.
 *
 * A block with prompts is a session: the prompts go, the commands are a step,
 * and all that was printed becomes a block of its own, which is only shown.
 * Where it is not sure which lines are a command (a here-document, a quote
 * over several lines, prompts of two programs), the block stays as it is and
 * is no step.
 */
#include <string.h>

#include "base/text.h"
#include "import/import_own.h"
#include "compiler/heuristics.h"

enum line { LINE_NOTE, LINE_COMMAND, LINE_OUTPUT };

/* A walk over the lines of a block. */
struct session {
	const char *s; /* the line, and behind it */
	size_t len;
	size_t blank; /* before the prompt or text */
	size_t prompt;
	const char *kind; /* by the prompt, or NULL */
	bool root;        /* “# ” is a prompt */
	bool open;        /* the command goes on */
	bool output;
	int number; /* of the next line */
};

static const char *
kind_of_prompt(const char *s, size_t prompt)
{
	if (text_starts(s, "mysql>") || text_starts(s, "MariaDB ["))
		return "mysql";
	if (text_starts(s, "sqlite>") || text_starts(s, ">>>"))
		return "";
	return s[0] == '$' || s[0] == '#' || memchr(s, '@', prompt) != NULL
	    ? "sh"
	    : "postgresql";
}

/* The command goes on in the next line. */
static bool
is_open(const char *kind, const char *s, size_t len)
{
	while (len > 0 && (s[len - 1] == ' ' || s[len - 1] == '\t'))
		len--;
	if (len == 0)
		return false;
	return strcmp(kind, "sh") == 0 ? s[len - 1] == '\\' : s[len - 1] != ';';
}

static struct session
session_open(const struct node *n)
{
	return (struct session){ .s = n->text,
		.root = looks_like_root(n->text, n->len) };
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
	w->prompt = w->root && s[0] == '#' ? 2 : looks_like_a_prompt(s, len);
	if (w->prompt > 0)
		w->kind = kind_of_prompt(s, w->prompt);
	else if (w->open && strcmp(w->kind, "sh") != 0 && len > 3 &&
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

	if (was_open && strcmp(w->kind, "sh") != 0 && w->prompt != 3)
		return false;
	if (was_open && strcmp(w->kind, "sh") == 0 && w->prompt > 0)
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

const char *
import_session_kind(const struct import *im, const struct node *n)
{
	struct session w = session_open(n);
	const char *kind = NULL;
	bool sure = n->fenced && n->number >= 0, open = false;
	enum line line, last = LINE_NOTE;
	size_t steps = 0;

	while (session_next(&w, &line)) {
		steps += line == LINE_COMMAND && last != line;
		if (line == LINE_COMMAND) {
			sure = sure && is_sure(&w, open) &&
			    (kind == NULL || strcmp(kind, w.kind) == 0);
			kind = w.kind;
		} else if (line == LINE_OUTPUT &&
		    (kind == NULL ||
			(last == LINE_COMMAND && w.s[w.blank] == '>'))) {
			sure = false; /* not behind a prompt, or PS2 */
		}
		open = w.open;
		last = line;
	}
	if (kind == NULL)
		return NULL;
	return sure && !open && im->ids_count + steps <= IMPORT_STEPS_MAX &&
		is_simple(im, n)
	    ? kind
	    : "";
}

/* Ends the block before the line, and begins another one. */
static void
split(struct import *im, const struct node *n, size_t at, const char *info)
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
			split(im, n, start,
			    arena_printf(p->arena, "%s {#%s}", kind,
				import_id(im, title, kind)));
		else if (line == LINE_OUTPUT && !output)
			split(im, n, start, "text");
		output = line == LINE_OUTPUT;
		if (w.prompt > 0)
			import_insert(im,
			    import_line_at(p, n, w.number - 1, w.s, w.len) +
				w.blank,
			    w.prompt, "");
		if (line == LINE_COMMAND && strcmp(w.kind, "sh") == 0)
			import_fill(
			    im, n, w.number - 1, w.s, w.blank + w.prompt);
	}
}
