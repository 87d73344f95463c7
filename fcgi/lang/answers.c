/*
 * answers.c: lines of /prompt/ => reply, and the step that they belong to.
 *
 * An answers block is no step of a run: nobody presses it.  Once it has been
 * checked it becomes a part of the terminal step before it, so that nothing
 * behind the book has to know of it.
 */
#include <string.h>

#include "compiler/checks.h"

bool
answers_line(const char *s, size_t len, struct answers_line *ret)
{
	const char *arrow = memmem(s, len, "/ => ", 5);

	if (arrow == NULL && len >= 4 && memcmp(s + len - 4, "/ =>", 4) == 0)
		arrow = s + len - 4;
	if (len == 0 || s[0] != '/' || arrow == NULL || arrow == s)
		return false;
	ret->prompt = s + 1;
	ret->prompt_len = (size_t)(arrow - s) - 1;
	ret->reply = arrow + 5 < s + len ? arrow + 5 : s + len;
	ret->reply_len = (size_t)(s + len - ret->reply);
	return true;
}

bool
runbook_next_answer(const char *text, size_t *at, struct answers_line *ret)
{
	while (text != NULL && text[*at] != '\0') {
		const char *s = text + *at;
		size_t len = strcspn(s, "\n");

		*at += len + (s[len] == '\n');
		for (; len > 0 && (*s == ' ' || *s == '\t'); len--)
			s++;
		if (len > 0 && *s != '#' && answers_line(s, len, ret))
			return true;
	}
	return false;
}

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
