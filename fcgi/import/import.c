/*
 * import.c: an existing Markdown document as the proposal of a runbook.
 *
 * The tree that the parser makes says where its blocks stand; the result is
 * the source with short texts put in at such places, so nothing can be lost
 * or moved (code.c and containers.c take indentation away, session.c prompts,
 * and a placeholder becomes the name of its parameter).  Text that would mean
 * something to Countersign that its author cannot have meant (braces on a code
 * block, a foreign front matter, a fence that is never closed) is made harmless
 * in the same way.  A step that check refuses in the result is no step in the
 * next round, and a note says so (notes.c).  If errors remain and the cautious
 * proposal has none, the result is that one: front matter and no steps.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/catalogue.h"
#include "base/mem.h"
#include "base/message.h"
#include "base/text.h"
#include "import/import.h"
#include "import/import_own.h"
#include "import/choice/alternatives.h"
#include "import/back.h"
#include "import/decisions.h"
#include "import/block/containers.h"
#include "import/block/dedent.h"
#include "import/front_matter.h"
#include "import/headings.h"
#include "import/nodes.h"
#include "import/notes.h"
#include "import/repeated.h"
#include "import/choice/options.h"
#include "lang/each/each_ids.h"
#include "compiler/parse/attribute.h"
#include "compiler/parse/frontmatter.h"
#include "compiler/parse/markdown.h"
#include "compiler/parse/slug.h"
#include "compiler/parse/source.h"

#define ROUNDS_MAX 20

/* Finds what excludes each other: headings first, then what is below them. */
static void
find_choices(struct import *im)
{
	alternatives_find(im);
	options_find(im);
}

/* All that is put in; the first of it is our front matter. */
static void
import_all(struct import *im)
{
	struct parse *p = &im->p;
	size_t start = text_starts(p->src, "\xef\xbb\xbf") ? 3 : 0;
	bool old = p->body > start;

	size_t front = im->keep_front ? import_front_end(im) : start;

	im->no_holes = front == NOWHERE;
	if (!im->no_holes)
		import_insert(im, front, 0, "");
	if (!im->keep_front && old)
		import_insert(im, p->body, 0,
		    p->src[p->body - 1] == '\n' ? "~~~~\n" : "\n~~~~\n");
	headings_read_anchors(im);
	im->moves = back_moves(im);
	im->back_all = back_is_all(im);
	if (!im->cautious && !im->linear)
		find_choices(im);
	import_nodes(im, p->doc->first);
	import_unmark_headings(im);
	if (!im->no_holes)
		im->list[0].text = import_front_matter(im, old);
}

static int
by_place(const void *a, const void *b)
{
	const struct insertion *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static void
write_all(struct import *im, const char *markdown, size_t len, struct buf *out)
{
	size_t from = 0;

	if (im->count > 1)
		qsort(im->list, im->count, sizeof(*im->list), by_place);
	for (size_t i = 0; i < im->count; i++) {
		buf_put(out, markdown + from, im->list[i].at - from);
		buf_puts(out, im->list[i].text);
		from = im->list[i].at + im->list[i].skip;
	}
	buf_put(out, markdown + from, len - from);
}

/* The result of one round. */
struct round {
	bool cautious;
	bool linear; /* without conditions on headings */
	bool keep_front;
	const struct tabs *tabs;
	const struct repeated *values; /* that become parameters */
	size_t values_count;
	struct span *refused; /* of all rounds */
	size_t refused_count;
	bool again; /* the errors are all in steps, which are refused now */
	struct buf out, notes;
};

static void
note_refused(struct import *im)
{
	for (size_t i = 0; i < im->refused_count; i++)
		import_note(im, source_line_start(&im->p, im->refused[i].first),
		    message_arena(im->p.arena, "import_refused reason=%s",
			im->refused[i].why));
}

/* True if the result parses without errors; else finds the steps at fault. */
static bool
judge(struct import *im, struct round *r, const char *markdown, size_t len)
{
	struct runbook *runbook = runbook_parse(buf_text(&r->out), r->out.len);
	bool ok = runbook->errors == 0;
	size_t before = r->refused_count;

	r->again = !ok &&
	    import_refuse(
		im, markdown, len, runbook, &r->refused, &r->refused_count) &&
	    r->refused_count > before;
	runbook_free(runbook);
	return ok;
}

static size_t
count(const char *s, const char *word)
{
	size_t n = 0;

	for (; (s = strcasestr(s, word)) != NULL; s += strlen(word))
		n++;
	return n;
}

/* Proposes once; returns whether the result parses without errors. */
static bool
propose(struct round *r, const char *markdown, size_t len)
{
	struct import im = { .cautious = r->cautious,
		.linear = r->linear,
		.sql = "mysql",
		.keep_front = r->keep_front,
		.tabs = r->tabs,
		.values = r->values,
		.values_count = r->values_count,
		.refused = r->refused,
		.refused_count = r->refused_count,
		.shallowest = -1 };
	struct runbook scratch = { 0 };
	bool ok;

	buf_reset(&r->out);
	buf_reset(&r->notes);
	im.p.runbook = &scratch;
	im.p.arena = arena_new();
	im.ids = mem_calloc(1, sizeof(*im.ids));
	source_open(&im.p, markdown, len);
	if (count(im.p.src, "postgres") + count(im.p.src, "psql") +
		count(im.p.src, "pgadmin") + count(im.p.src, "pg_dump") >
	    count(im.p.src, "mysql") + count(im.p.src, "mariadb"))
		im.sql = "postgresql";
	frontmatter_read(&im.p);
	markdown_read(&im.p);
	import_all(&im);
	note_refused(&im);
	write_all(&im, markdown, len, &r->out);
	import_put_notes(&im, markdown, len, &r->notes);
	ok = judge(&im, r, markdown, len);
	arena_free(im.p.arena);
	free(im.p.lines);
	blocks_clear(&im.p);
	free(im.p.parameters);
	free(im.p.diagnostics);
	free(im.list);
	free(im.notes);
	free(im.spans);
	free(im.ids);
	return ok;
}

static void
clear_round(struct round *r)
{
	for (size_t i = 0; i < r->refused_count; i++)
		free(r->refused[i].why);
	free(r->refused);
	buf_clear(&r->out);
	buf_clear(&r->notes);
}

static void
swap(struct buf *a, struct buf *b)
{
	struct buf saved = *a;

	*a = *b;
	*b = saved;
}

/* The rounds: what check refuses is left out, at last all of it. */
static void
propose_all(struct round *r, const char *markdown, size_t len)
{
	struct round careful = {
		.cautious = true, .keep_front = r->keep_front, .tabs = r->tabs
	};
	bool ok = propose(r, markdown, len);

	for (int i = 0; !ok && r->again && i < ROUNDS_MAX; i++)
		ok = propose(r, markdown, len);
	if (!ok && !r->linear) {
		r->linear = true;
		ok = propose(r, markdown, len);
		for (int i = 0; !ok && r->again && i < ROUNDS_MAX; i++)
			ok = propose(r, markdown, len);
	}
	if (!ok && propose(&careful, markdown, len)) {
		buf_puts(&careful.notes, "1: ");
		buf_puts(
		    &careful.notes, catalogue_local(MESSAGE("import_nothing")));
		buf_putc(&careful.notes, '\n');
		swap(&r->out, &careful.out);
		swap(&r->notes, &careful.notes);
	}
	clear_round(&careful);
}

/*
 * Once more, with parameters for the values that several steps of the proposal
 * have.  The first one stays if that leaves a step out.
 */
static void
propose_values(struct round *r, const char *markdown, size_t len)
{
	struct runbook *found = runbook_parse(buf_text(&r->out), r->out.len);
	struct arena *arena = arena_new();
	struct repeated *all = arena_alloc(arena, REPEATED_MAX * sizeof(*all));
	struct round with = { .keep_front = r->keep_front,
		.linear = r->linear,
		.tabs = r->tabs,
		.values = all };
	struct runbook *result;
	size_t count = repeated_find(found, arena, all);

	for (size_t i = 0; i < count; i++)
		if (!all[i].address && all[i].scripts >= REPEATED_STEPS)
			all[with.values_count++] = all[i];
	if (with.values_count > 0) {
		propose_all(&with, markdown, len);
		result = runbook_parse(buf_text(&with.out), with.out.len);
		if (result->errors <= found->errors &&
		    result->plan.steps_count >= found->plan.steps_count) {
			swap(&r->out, &with.out);
			swap(&r->notes, &with.notes);
		}
		runbook_free(result);
	}
	clear_round(&with);
	runbook_free(found);
	arena_free(arena);
}

void
runbook_import(
    const char *markdown, size_t len, struct buf *out, struct buf *ret_notes)
{
	struct runbook *runbook = runbook_parse(markdown, len);
	struct tabs tabs;
	struct round r = { .tabs = &tabs };
	struct buf text = { 0 }, open = { 0 };
	bool ready;

	if (len >= 4 && memcmp(markdown, "---", 3) == 0)
		r.keep_front = runbook->front_matter;
	ready = r.keep_front && runbook->plan.steps_count > 0 &&
	    runbook->errors == 0;
	runbook_free(runbook);
	if (ready || len > RUNBOOK_MAX_BYTES) {
		buf_put(out, markdown, len);
		return;
	}
	containers_open(markdown, len, &open, &tabs);
	dedent(buf_text(&open), open.len, &text);
	buf_clear(&open);
	propose_all(&r, buf_text(&text), text.len);
	propose_values(&r, buf_text(&text), text.len);
	buf_clear(&text);
	buf_put(out, buf_text(&r.out), r.out.len);
	buf_put(ret_notes, buf_text(&r.notes), r.notes.len);
	runbook = runbook_parse(buf_text(out), out->len);
	decisions_put(runbook, ret_notes);
	runbook_free(runbook);
	clear_round(&r);
}
