/*
 * runbook.c: compiles a document to a runbook, and answers queries about it.
 *
 * Each stage is in a file of its own: source (lines, encoding), frontmatter,
 * markdown (the tree), steps (with attribute and step_attributes), ids, check
 * (with content). All of them add diagnostics and go on, so that any text gives
 * a runbook with everything that could be understood.  All memory of a runbook
 * is one arena.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/runbook.h"
#include "base/catalogue.h"
#include "base/mem.h"
#include "compiler/expand.h"
#include "lang/expr.h"
#include "compiler/restore.h"
#include "compiler/check/check.h"
#include "compiler/parse/parse.h"
#include "compiler/parse/source.h"
#include "compiler/parse/frontmatter.h"
#include "compiler/parse/markdown.h"
#include "compiler/parse/ids.h"
#include "compiler/parse/steps.h"

struct whole {
	struct runbook runbook; /* first: the public part */
	struct arena *arena;
};

/* Copies the arrays that grew into the arena. */
static const void *
keep(struct parse *p, void *array, size_t count, size_t size)
{
	void *kept = arena_alloc(p->arena, count * size + 1);

	if (count > 0)
		memcpy(kept, array, count * size);
	free(array);
	return kept;
}

static void
find_title(struct parse *p)
{
	for (size_t i = 1;
	     p->runbook->plan.title == NULL && i < p->sections_count; i++)
		if (p->sections[i].title[0] != '\0')
			p->runbook->plan.title = p->sections[i].title;
	if (p->runbook->plan.title != NULL)
		return;
	p->runbook->plan.title = "";
	report(p, SEVERITY_WARNING, 0, "check_no_title");
}

static void
finish(struct parse *p)
{
	struct runbook *b = p->runbook;

	report_sort(p);
	b->plan.version = PLAN_VERSION;
	b->plan.sections_count = p->sections_count;
	b->plan.sections = keep(
	    p, p->sections, p->sections_count, sizeof(*p->sections));
	b->plan.steps_count = p->steps_count;
	b->plan.steps = keep(p, p->steps, p->steps_count, sizeof(*p->steps));
	b->plan.items_count = p->items_count;
	b->plan.items = keep(p, p->items, p->items_count, sizeof(*p->items));
	b->plan.parameters_count = p->parameters_count;
	b->plan.parameters = keep(
	    p, p->parameters, p->parameters_count, sizeof(*p->parameters));
	b->diagnostics_count = p->diagnostics_count;
	b->diagnostics = keep(
	    p, p->diagnostics, p->diagnostics_count, sizeof(*p->diagnostics));
	b->errors = p->errors;
	free(p->section_origins);
	free(p->step_origins);
	free(p->lines);
	blocks_clear(p);
}

/* With lists: as a run has it; *ret_whole: it was not too large. */
static struct runbook *
parse(const char *text, size_t len, struct json_object *lists, bool *ret_whole)
{
	struct whole *w = mem_calloc(1, sizeof(*w));
	struct parse p = { .runbook = &w->runbook };

	w->arena = p.arena = arena_new();
	source_open(&p, text, len);
	frontmatter_read(&p);
	markdown_read(&p);
	steps_read(&p);
	ids_read(&p);
	find_title(&p);
	check_runbook(&p);
	*ret_whole = lists == NULL || expand_all(&p, lists);
	restore_all(&p);
	finish(&p);
	return &w->runbook;
}

struct runbook *
runbook_parse(const char *text, size_t len)
{
	bool whole;

	return parse(text, len, NULL, &whole);
}

enum err
runbook_expand(const char *text, size_t len, struct json_object *lists,
    struct runbook **ret, struct fault *fault)
{
	bool whole;
	struct runbook *runbook = parse(text, len, lists, &whole);

	if (whole) {
		*ret = runbook;
		return ERR_OK;
	}
	runbook_free(runbook);
	return fault_set(fault, ERR_INVALID, "too_many_steps", NULL,
	    "check_many_steps count=%d", RUNBOOK_MAX_STEPS);
}

void
runbook_free(struct runbook *runbook)
{
	struct whole *w;

	if (runbook == NULL)
		return;
	w = (struct whole *)((char *)runbook - offsetof(struct whole, runbook));
	arena_free(w->arena);
	free(w);
}

void
runbook_print_diagnostics(
    const struct runbook *runbook, const char *file, struct buf *out)
{
	static const char *const names[] = {
		[SEVERITY_ERROR] = "error",
		[SEVERITY_WARNING] = "warning",
		[SEVERITY_NOTE] = "note",
	};

	for (size_t i = 0; i < runbook->diagnostics_count; i++) {
		const struct diagnostic *d = &runbook->diagnostics[i];

		buf_printf(out, "%s:%d:%d: %s: %s\n", file, d->line, d->column,
		    names[d->severity], catalogue_local(d->message));
	}
}
