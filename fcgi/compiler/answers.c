/*
 * answers.c: merges the answers of a terminal step into it.
 *
 * An answers block is not a step of a run.  Once it has been checked it becomes
 * a part of the terminal step before it, so that later stages need not know it.
 */
#include <string.h>

#include "compiler/answers.h"
#include "compiler/parse/parse.h"
#include "lang/answers.h"

/* Removes the page item of the dropped step i. */
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
