/*
 * shape_apply.c: the marks on the lines of a block, carried out.
 */
#include <string.h>

#include "import/block/shape_apply.h"
#include "base/buf.h"
#include "base/message.h"
#include "base/text.h"
#include "import/choice/alternatives.h"
#include "import/block/code.h"
#include "import/import_own.h"
#include "import/machines.h"
#include "import/nodes.h"
#include "import/notes.h"
#include "import/block/placeholders.h"
#include "import/block/scp.h"
#include "import/block/session.h"
#include "import/block/shape.h"
#include "compiler/parse/heuristics.h"
#include "compiler/parse/source.h"

/* The blanks before the fence, for lines of our own. */
static const char *
indent(const struct import *im, const struct node *n)
{
	const struct parse *p = &im->p;
	size_t start = source_line_start(p, source_line(p, n->at));

	return arena_printf(p->arena, "%*s", (int)(n->at - start), "");
}

static void
comment(struct import *im, const struct node *n, int i, const char *s,
    const char *sign)
{
	size_t len = strcspn(s, "\n");
	size_t at = import_line_at(&im->p, n, i, s, len);
	size_t blank = strspn(s, " \t");

	if (at != NOWHERE && s[blank] != '#')
		import_insert(im, at + blank, 0, sign);
}

/* A sentence among commands: for a person, who knows what it asks for. */
static void
note_sentence(struct import *im, const struct node *n, int i, const char *s)
{
	size_t len = strcspn(s, "\n"), blank = strspn(s, " \t");
	size_t at = import_line_at(&im->p, n, i, s, len);

	if (strspn(s, "-.*=_~ \t\r") >= len)
		return; /* a rule */
	import_note_line(im, at != NOWHERE ? at : n->at,
	    alternatives_parts(s + blank, len - blank)
		? MESSAGE("import_or")
		: MESSAGE("import_sentences"));
}

static void
drop_prompt(struct import *im, const struct node *n, int i, const char *s)
{
	size_t len = strcspn(s, "\n"), blank = strspn(s, " \t");
	size_t at = import_line_at(&im->p, n, i, s, len);

	if (at != NOWHERE)
		import_insert(im, at + blank,
		    looks_like_a_prompt(s + blank, len - blank), "");
}

/* The line of the copy behind the command, which is a comment then. */
static void
put_copy(struct import *im, const struct node *n, int i, const char *s)
{
	size_t blank = strspn(s, " \t"), len = strcspn(s, "\n");
	struct scp scp;

	if (!scp_read(im, s + blank, len - blank, &scp))
		return;
	comment(im, n, i, s, "# ");
	for (int side = 0; side < 2; side++)
		if (scp.host[side] != NULL)
			machines_add(im, scp.host[side], scp.user[side], n->at);
	import_insert(im, source_line_end(&im->p, n->number + 1 + i), 0,
	    arena_printf(im->p.arena, "\n%s%s", indent(im, n),
		import_with_values(im, scp.line)));
}

void
shape_apply(struct import *im, const struct node *n, const char *kind,
    const struct shape *shape)
{
	const char *s = n->text;
	const char *sign = strcmp(kind, "postgresql") == 0 ||
		strcmp(kind, "sqlite") == 0
	    ? "-- "
	    : "# ";

	for (int i = 0; i < shape->lines; i++) {
		if (shape->marks[i] == MARK_PROSE && i >= shape->told)
			note_sentence(im, n, i, s);
		if (strchr("#sm", shape->marks[i]) != NULL)
			comment(im, n, i, s, sign);
		else if (shape->marks[i] == MARK_PROMPT)
			drop_prompt(im, n, i, s);
		else if (shape->marks[i] == MARK_COPY)
			put_copy(im, n, i, s);
		else if (shape->marks[i] == MARK_OUTPUT)
			import_split(im, n,
			    source_line_start(&im->p, n->number + 1 + i),
			    "text");
		s += strcspn(s, "\n");
		s += *s == '\n';
	}
}

/* The replies that a line “7 - [2, 3] - 4” stands for. */
static void
put_replies(
    struct buf *out, const char *s, size_t len, const char *before, int *number)
{
	struct buf reply = { 0 };
	bool list = false;

	for (size_t i = 0; i <= len; i++) {
		char c = i < len ? s[i] : '-';

		list = (list || c == '[') && c != ']';
		if (strchr(" \t\r[]", c) != NULL)
			continue;
		if (c != '-' || (list && i < len)) {
			buf_putc(&reply, c);
		} else if (reply.len > 0) {
			buf_printf(out, "%s/PROMPT %d/ => %s\n", before,
			    ++*number, buf_text(&reply));
			buf_reset(&reply);
		}
	}
	buf_clear(&reply);
}

void
shape_answers(
    struct import *im, const struct node *n, const struct shape *shape)
{
	const char *before = indent(im, n), *s = n->text;
	struct buf out = { 0 };
	int number = 0;

	if (!n->fenced || !n->closed || im->quotes > 0)
		return;
	buf_printf(&out, "\n\n%s```answers\n", before);
	for (int i = 0; i < shape->lines; i++) {
		size_t len = strcspn(s, "\n");

		if (shape->marks[i] == MARK_MENU)
			put_replies(&out, s, len, before, &number);
		s += len + (s[len] == '\n');
	}
	buf_printf(&out, "%s```", before);
	import_insert(im, source_line_end(&im->p, n->number + 1 + shape->lines),
	    0, arena_strdup(im->p.arena, buf_text(&out)));
	buf_clear(&out);
	import_note(im, n->at, MESSAGE("import_prompts"));
}

const char *
shape_copies_on(struct import *im, const struct node *n,
    const struct shape *shape, int first, int end)
{
	const char *s = n->text;
	bool none = im->on != NULL;
	struct scp scp;

	for (int i = 0; i < shape->lines && none; i++) {
		size_t len = strcspn(s, "\n"), blank = strspn(s, " \t");

		if (i >= first && i < end && shape->marks[i] == MARK_COPY &&
		    scp_read(im, s + blank, len - blank, &scp))
			none = !text_eq(scp.host[0], im->on) &&
			    !text_eq(scp.host[1], im->on);
		s += len + (s[len] == '\n');
	}
	return none ? arena_printf(im->p.arena, " on=%s", im->on) : "";
}

void
shape_step_behind(struct import *im, const struct node *n,
    const struct shape *shape, const char *kind, const char *braces)
{
	const char *before = indent(im, n), *s = shape->request;
	struct buf out = { 0 };

	buf_printf(&out, "\n\n%s```%s%s\n", before, kind, braces);
	for (size_t len; *s != '\0'; s += len + (s[len] == '\n')) {
		len = strcspn(s, "\n");
		buf_printf(
		    &out, "%s%.*s\n", len > 0 ? before : "", (int)len, s);
	}
	buf_printf(&out, "%s```", before);
	import_insert(im, source_line_end(&im->p, n->number + 1 + shape->lines),
	    0, arena_strdup(im->p.arena, buf_text(&out)));
	buf_clear(&out);
}
