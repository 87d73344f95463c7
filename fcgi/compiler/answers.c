/*
 * answers.c: the answers of a terminal step, as a part of it.
 *
 * An answers block is no step of a run: nobody presses it.  Once it has been
 * checked it becomes a part of the terminal step before it, so that the run
 * does not have to know of it.
 */
#include <string.h>

#include "compiler/checks.h"

/* Step i has gone: what stands on the page, without it. */
static void
drop_item(struct parse *p, int i)
{
	size_t kept = 0;

	for (size_t k = 0; k < p->items_count; k++) {
		struct item *item = &p->items[k];

		if (item->kind == ITEM_STEP && item->index == i)
			continue;
		if (item->kind == ITEM_STEP && item->index > i)
			item->index--;
		p->items[kept++] = *item;
	}
	p->items_count = kept;
}

void
answers_fold(struct parse *p)
{
	for (size_t i = 1; i < p->steps_count; i++) {
		if (p->steps[i].kind != STEP_ANSWERS || !p->steps[i - 1].pty)
			continue;
		p->steps[i - 1].answers = p->steps[i].text;
		memmove(&p->steps[i], &p->steps[i + 1],
		    (p->steps_count - i - 1) * sizeof(p->steps[0]));
		memmove(&p->step_origins[i], &p->step_origins[i + 1],
		    (p->steps_count - i - 1) * sizeof(p->step_origins[0]));
		p->steps_count--;
		drop_item(p, (int)i);
		i--;
	}
}
