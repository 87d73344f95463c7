/*
 * notes.c: what is said of an import, and what check says of its result.
 *
 * The result is the source with texts put in, so each of its lines comes from
 * one of the source.  That is how an error of the result leads to the block
 * that was made a step, which then stays as it was, and how a note on a place
 * of the source gets the line of the result that its reader looks at.
 */
#include <stdlib.h>
#include <string.h>

#include "import/notes.h"
#include "base/catalogue.h"
#include "base/mem.h"
#include "base/message.h"
#include "import/import_own.h"
#include "compiler/parse/source.h"

void
import_note(struct import *im, size_t at, const char *text)
{
	struct note *n;

	n = mem_grow(&im->notes, &im->notes_cap, im->notes_count++, sizeof(*n));
	*n = (struct note){ .at = at, .text = text };
}

void
import_note_line(struct import *im, size_t at, const char *text)
{
	import_note(im, at, text);
	im->notes[im->notes_count - 1].lines = true;
}

void
import_span(struct import *im, int first, int last)
{
	struct span *s;

	s = mem_grow(&im->spans, &im->spans_cap, im->spans_count++, sizeof(*s));
	*s = (struct span){ .first = first, .last = last };
}

static struct span *
find(struct span *list, size_t count, int line)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].first <= line && line <= list[i].last)
			return &list[i];
	return NULL;
}

const char *
import_refused(const struct import *im, size_t at)
{
	const struct span *s = find(
	    im->refused, im->refused_count, source_line(&im->p, at));

	return s != NULL ? s->why : NULL;
}

#define LISTED 12 /* lines of a list */

/* Of the lines of the result. */
struct origins {
	int *lines; /* of the source, from 0; of the heap */
	size_t count, cap;
	int source;
};

/* A line of the result begins. */
static void
begin_line(struct origins *o)
{
	int *line = mem_grow(&o->lines, &o->cap, o->count++, sizeof(*line));

	*line = o->source;
}

/* Lines end with LF, CRLF or CR. */
static void
follow(struct origins *o, const char *s, size_t len, bool source, bool result)
{
	for (size_t i = 0; i < len; i++) {
		if (s[i] != '\n' && (s[i] != '\r' || s[i + 1] == '\n'))
			continue;
		o->source += source;
		if (result)
			begin_line(o);
	}
}

static struct origins
find_origins(const struct import *im, const char *markdown, size_t len)
{
	struct origins o = { 0 };
	size_t from = 0;

	begin_line(&o);
	for (size_t i = 0; i < im->count; i++) {
		const struct insertion *in = &im->list[i];

		follow(&o, markdown + from, in->at - from, true, true);
		follow(&o, in->text, strlen(in->text), false, true);
		follow(&o, markdown + in->at, in->skip, true, false);
		from = in->at + in->skip;
	}
	follow(&o, markdown + from, len - from, true, true);
	return o;
}

bool
import_refuse(const struct import *im, const char *markdown, size_t len,
    const struct runbook *result, struct span **refused, size_t *count)
{
	struct origins o = find_origins(im, markdown, len);
	struct span *list = *refused, *span;
	bool all = true;

	for (size_t i = 0; i < result->diagnostics_count && all; i++) {
		const struct diagnostic *d = &result->diagnostics[i];
		int line;

		if (d->severity != SEVERITY_ERROR)
			continue;
		if (d->line < 1 || (size_t)d->line > o.count) {
			all = false;
			break;
		}
		line = o.lines[d->line - 1];
		span = find(im->spans, im->spans_count, line);
		all = span != NULL;
		if (!all || find(list, *count, line) != NULL)
			continue;
		list = mem_realloc(list, *count + 1, sizeof(*list));
		list[*count] = *span;
		list[(*count)++].why = mem_strdup(d->message);
	}
	*refused = list;
	free(o.lines);
	return all;
}

static int
by_place(const void *a, const void *b)
{
	const struct note *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

/* Finds the lines of the result that come from the places. */
static void
find_lines(struct import *im, const struct origins *o)
{
	size_t line = 0;

	for (size_t i = 0; i < im->notes_count; i++) {
		int source = source_line(&im->p, im->notes[i].at);

		while (line + 1 < o->count && o->lines[line] < source)
			line++;
		im->notes[i].line = line + 1;
	}
}

/* One message for all lines of which the same is said; the first note of them
 * puts it. */
static void
put_lines(const struct import *im, size_t first, struct buf *out)
{
	const char *what = im->notes[first].text;
	struct buf lines = { 0 };
	size_t last = 0, count = 0;

	for (size_t i = 0; i < im->notes_count && count <= LISTED; i++) {
		const struct note *n = &im->notes[i];

		if (!n->lines || strcmp(n->text, what) != 0)
			continue;
		if (i < first)
			return;
		if (n->line != last && ++count <= LISTED)
			buf_printf(
			    &lines, "%s%zu", count > 1 ? ", " : "", n->line);
		last = n->line;
	}
	if (count > LISTED)
		buf_puts(&lines, ", …");
	buf_printf(out, "%zu: %s\n", im->notes[first].line,
	    catalogue_local(message_arena(im->p.arena,
		"import_lines what=%s lines=%s", what, buf_text(&lines))));
	buf_clear(&lines);
}

void
import_put_notes(
    struct import *im, const char *markdown, size_t len, struct buf *out)
{
	struct origins o = find_origins(im, markdown, len);

	if (im->notes_count > 1)
		qsort(im->notes, im->notes_count, sizeof(*im->notes), by_place);
	find_lines(im, &o);
	for (size_t i = 0; i < im->notes_count; i++)
		if (im->notes[i].lines)
			put_lines(im, i, out);
		else
			buf_printf(out, "%zu: %s\n", im->notes[i].line,
			    catalogue_local(im->notes[i].text));
	free(o.lines);
}
