/*
 * dedent.c: text that only its indentation makes a block of code.
 *
 * Authors indent what belongs to a numbered paragraph.  For Markdown four
 * blanks make it a block of code, and the fences and sentences in it are code
 * too.  Without the blanks it is what its author meant.
 */
#include <stdlib.h>
#include <string.h>

#include "import/block/dedent.h"
#include "base/buf.h"
#include "base/text.h"
#include "compiler/parse/cjk.h"
#include "compiler/parse/frontmatter.h"
#include "compiler/parse/heuristics.h"
#include "compiler/parse/markdown.h"
#include "compiler/parse/parse.h"
#include "compiler/parse/source.h"

/* One line of such a block, and the state behind it. */
struct state {
	bool fence; /* within a fence */
	bool text;  /* directly behind a line of text */
};

/* The line is a command that is not within a fence. */
static bool
follow(struct state *st, const char *s)
{
	bool command, mark;

	s += strspn(s, " \t");
	mark = text_starts(s, "```");
	command = !st->fence && looks_like_a_command(s, strcspn(s, "\n"));
	st->fence ^= mark;
	st->text = !mark && !command && s[0] != '\n' && s[0] != '\0';
	return command;
}

static const char *
next_line(const char *s)
{
	s += strcspn(s, "\n");
	return s + (*s == '\n');
}

/* It has a fence, or begins with a sentence in Chinese; no command follows a
 * line of text, whose part it would be. */
static bool
is_text(const struct node *n)
{
	const char *s = n->text + strspn(n->text, " \t\n");
	struct state st = { 0 };
	bool fence = false, was;

	for (const char *line = n->text; *line != '\0';
	     line = next_line(line)) {
		was = st.text;
		if (follow(&st, line) && was)
			return false;
		fence |= st.fence;
	}
	return fence || cjk_is_letter(cjk_at(s, strlen(s), 0));
}

/* Notes for each line of the block how many blanks go: those of commands
 * stay. */
static void
find_lines(const struct parse *p, const struct node *n, size_t *widths)
{
	int line = source_line(p, n->at);
	size_t width = strspn(p->src + source_line_start(p, line), " ");
	struct state st = { 0 };

	for (const char *s = n->text;
	     width > 0 && *s != '\0' && (size_t)line < p->lines_count;
	     s = next_line(s), line++) {
		size_t own = strspn(p->src + source_line_start(p, line), " ");

		if (!follow(&st, s))
			widths[line] = own < width ? own : width;
	}
}

void
dedent(const char *markdown, size_t len, struct buf *out)
{
	struct runbook scratch = { 0 };
	struct parse p = { .runbook = &scratch };
	size_t *widths, from = 0;

	p.arena = arena_new();
	source_open(&p, markdown, len);
	frontmatter_read(&p);
	markdown_read(&p);
	widths = arena_alloc(p.arena, (p.lines_count + 1) * sizeof(*widths));
	for (const struct node *n = p.doc->first; n != NULL; n = n->next)
		if (n->type == NODE_CODE && !n->fenced && n->at != NOWHERE &&
		    !blocks_is_comment(&p, n->at) && is_text(n))
			find_lines(&p, n, widths);
	for (size_t i = 0; i < p.lines_count; i++) {
		size_t start = source_line_start(&p, (int)i);

		if (widths[i] == 0 || start < from || start > len)
			continue;
		buf_put(out, markdown + from, start - from);
		from = start + widths[i];
	}
	buf_put(out, markdown + from, len - from);
	arena_free(p.arena);
	free(p.lines);
	blocks_clear(&p);
	free(p.parameters);
	free(p.diagnostics);
}
