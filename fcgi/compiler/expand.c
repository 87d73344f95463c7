/*
 * expand.c: the sections of a document that repeat over lists that are known.
 *
 * The document is parsed again, and its sections, steps and items are replaced
 * by their copies (lang/each/each_expand.h).  The keeper expands the plan of a
 * run in the same way, when a step has found out a list.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "compiler/expand.h"
#include "compiler/parse/parse.h"
#include "lang/each/each_expand.h"

static struct json_object *
find_list(void *ctx, const struct section *s)
{
	return s->each_step != NULL ? NULL : json_get(ctx, s->each_list);
}

/* Replaces an array of the heap. */
static void
replace(void *ret_array, size_t *ret_count, const void *copies, size_t count,
    size_t size)
{
	void *array = mem_calloc(count + 1, size);

	if (count > 0)
		memcpy(array, copies, count * size);
	free(*(void **)ret_array);
	*(void **)ret_array = array;
	*ret_count = count;
}

bool
expand_all(struct parse *p, struct json_object *lists)
{
	const struct plan source = { .sections = p->sections,
		.sections_count = p->sections_count,
		.steps = p->steps,
		.steps_count = p->steps_count,
		.items = p->items,
		.items_count = p->items_count };
	struct plan plan;

	if (!each_expand(&source, find_list, lists, p->arena, &plan))
		return false;
	replace(&p->sections, &p->sections_count, plan.sections,
	    plan.sections_count, sizeof(*p->sections));
	replace(&p->steps, &p->steps_count, plan.steps, plan.steps_count,
	    sizeof(*p->steps));
	replace(&p->items, &p->items_count, plan.items, plan.items_count,
	    sizeof(*p->items));
	p->sections_cap = p->sections_count;
	p->steps_cap = p->steps_count;
	p->items_cap = p->items_count;
	return true;
}
