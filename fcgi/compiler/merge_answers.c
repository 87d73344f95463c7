/*
 * merge_answers.c: merges the answers of a terminal step into it.
 *
 * An answers block is not a step of a run.  Once it has been checked it becomes
 * a part of the terminal step before it, so that later stages need not know it.
 *
 * With like= it begins with the lines of another step's block.  An own line
 * with the prompt of such a line takes its place: all lines of one prompt take
 * turns, so a mixture of both would answer with the other step's reply first.
 */
#include <stdint.h>
#include <string.h>

#include "base/message.h"
#include "compiler/merge_answers.h"
#include "compiler/check/identifiers.h"
#include "compiler/parse/attribute.h"
#include "compiler/parse/parse.h"
#include "compiler/parse/source.h"
#include "lang/answers.h"
#include "lang/values.h"

/* Of a block with like=; many blocks may take the lines of a large one. */
#define LIKE_LINES 100
#define LIKE_BYTES (16 * 1024)
#define LIKE_DEEP 8 /* blocks that take from one another */

/* The block of answers of the step with that id, or -1. */
static int
block_of(const struct parse *p, const char *id)
{
	for (size_t i = 0; i + 1 < p->steps_count; i++)
		if (strcmp(p->steps[i].id, id) == 0)
			return p->steps[i].pty &&
				p->steps[i + 1].kind == STEP_ANSWERS
			    ? (int)i + 1
			    : -1;
	return -1;
}

/* The blocks whose lines block i takes are few: there is no circle. */
static bool
ends(const struct parse *p, int i)
{
	int n = 0;

	while (i >= 0 && p->steps[i].like != NULL && n++ < LIKE_DEEP)
		i = block_of(p, p->steps[i].like);
	return n < LIKE_DEEP;
}

static void
put_line(struct buf *out, const struct answers_line *line)
{
	buf_printf(out, "/%.*s/ => %.*s\n", (int)line->prompt_len, line->prompt,
	    (int)line->reply_len, line->reply);
}

static bool
is_prompt(const struct answers_line *line, const struct answers_line *other)
{
	return line->prompt_len == other->prompt_len &&
	    memcmp(line->prompt, other->prompt, line->prompt_len) == 0;
}

/* The text has a line with that prompt before the offset `to`. */
static bool
has_prompt(const char *text, size_t to, const struct answers_line *line)
{
	struct answers_line other;
	size_t at = 0;

	while (answers_next(text, &at, &other) && at <= to)
		if (is_prompt(&other, line))
			return true;
	return false;
}

/* Appends the lines of the text, of one prompt or of all that are new. */
static void
put_lines(struct buf *out, const char *text, const char *taken,
    const struct answers_line *prompt)
{
	struct answers_line line;
	size_t at = 0;

	while (answers_next(text, &at, &line))
		if (prompt != NULL ? is_prompt(&line, prompt)
				   : !has_prompt(taken, SIZE_MAX, &line))
			put_line(out, &line);
}

/* The other block's lines, own ones in the place of equal prompts. */
static const char *
merge(struct parse *p, const char *taken, const char *own)
{
	struct buf out = { 0 };
	struct answers_line line;
	size_t at = 0, before = 0;

	for (; answers_next(taken, &at, &line); before = at)
		if (!has_prompt(own, SIZE_MAX, &line))
			put_line(&out, &line);
		else if (!has_prompt(taken, before, &line))
			put_lines(&out, own, taken, &line);
	put_lines(&out, own, taken, NULL);
	taken = arena_strdup(p->arena, buf_text(&out));
	buf_clear(&out);
	return taken;
}

static size_t
count_lines(const char *text)
{
	struct answers_line line;
	size_t at = 0, n = 0;

	while (answers_next(text, &at, &line))
		n++;
	return n;
}

static bool
is_large(const char *text)
{
	return strlen(text) > LIKE_BYTES || count_lines(text) > LIKE_LINES;
}

/* The lines of block i with those that it takes; NULL: they are too many. */
static const char *
whole_text(struct parse *p, int i)
{
	const struct step *s = &p->steps[i];
	int of = s->like != NULL ? block_of(p, s->like) : -1;
	const char *taken;

	if (of < 0)
		return s->text;
	taken = whole_text(p, of);
	if (taken == NULL || is_large(taken) || is_large(s->text))
		return NULL;
	taken = merge(p, taken, s->text);
	return is_large(taken) ? NULL : taken;
}

/* Reports values of a line that is taken and has none here. */
static void
check_values(struct parse *p, int i, const struct answers_line *line)
{
	const struct step *s = &p->steps[i];
	size_t at = 0, n;
	char name[65];

	for (; values_next(line->reply, line->reply_len, &at, &n, name);
	     at += n)
		if (!identifier_is_known(p, name, i, s->section))
			report(p, SEVERITY_ERROR,
			    attribute_place(&p->step_origins[i], "like"),
			    "check_like_value id=%s name=%s", s->like, name);
}

static void
check_taken(struct parse *p, int i, const char *taken)
{
	struct answers_line line;
	size_t at = 0;

	while (answers_next(taken, &at, &line))
		if (!has_prompt(p->steps[i].text, SIZE_MAX, &line))
			check_values(p, i, &line);
}

void
check_like(struct parse *p, int i)
{
	const char *id = p->steps[i].like;
	int of = block_of(p, id);

	if (of < 0)
		report(p, SEVERITY_ERROR,
		    attribute_place(&p->step_origins[i], "like"),
		    "check_like_none id=%s", id);
	else if (!ends(p, i))
		report(p, SEVERITY_ERROR,
		    attribute_place(&p->step_origins[i], "like"),
		    "check_like_circle id=%s most=%d", id, LIKE_DEEP);
	else if (whole_text(p, i) == NULL)
		report(p, SEVERITY_ERROR,
		    attribute_place(&p->step_origins[i], "like"),
		    "check_like_large id=%s lines=%d kilobytes=%d", id,
		    LIKE_LINES, LIKE_BYTES / 1024);
	else
		check_taken(p, i, whole_text(p, of));
}

/* The texts of all blocks as they are before any of them is folded. */
static void
take_lines(struct parse *p)
{
	const char **texts = arena_alloc(
	    p->arena, (p->steps_count + 1) * sizeof(*texts));

	for (size_t i = 0; i < p->steps_count; i++)
		if (p->steps[i].like != NULL && ends(p, (int)i))
			texts[i] = whole_text(p, (int)i);
	for (size_t i = 0; i < p->steps_count; i++)
		if (texts[i] != NULL)
			p->steps[i].text = texts[i];
}

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
	take_lines(p);
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
