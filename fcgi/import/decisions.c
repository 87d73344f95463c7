/*
 * decisions.c: what a person must decide about a proposal.
 *
 * A document says what to do, and rarely where; its author writes a path or a
 * version wherever it is needed.  Nobody but a person knows the target, and
 * whether a value that stands in several steps is one value: so both are listed
 * with their lines, and nothing is replaced.
 */
#include <string.h>

#include "import/decisions.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/catalogue.h"
#include "base/message.h"
#include "base/text.h"
#include "compiler/runbook.h"

#define VALUES_MAX 300
#define VALUE_STEPS 3 /* a value in so many steps is listed */
#define LISTED 12     /* lines of a list */

/* Lines of the result, as “12, 40”. */
struct lines {
	struct buf text;
	int first;
	size_t count;
};

static void
add_line(struct lines *l, int line)
{
	if (l->count == 0)
		l->first = line;
	if (l->count < LISTED)
		buf_printf(&l->text, "%s%d", l->count > 0 ? ", " : "", line);
	else if (l->count == LISTED)
		buf_puts(&l->text, ", …");
	l->count++;
}

/* Appends the message at the first of the lines, if there are any. */
static void
put(struct buf *out, struct lines *l, size_t least, const char *message)
{
	if (l->count >= least)
		buf_printf(out, "%d: %s\n", l->first, catalogue_local(message));
	buf_clear(&l->text);
}

static bool
is_executed(const struct step *s)
{
	return kind_is((int)s->kind, KIND_EXECUTED);
}

static void
put_targets(const struct runbook *r, struct arena *a, struct buf *out)
{
	struct lines here = { 0 }, undo = { 0 };

	for (size_t i = 0; i < r->plan.steps_count; i++) {
		const struct step *s = &r->plan.steps[i];

		if (!is_executed(s))
			continue;
		if (strcmp(s->on, "local") == 0 && s->kind != STEP_HTTP)
			add_line(&here, s->line);
		if (s->rollback && s->undo == NULL)
			add_line(&undo, s->line);
	}
	put(out, &here, 1,
	    message_arena(a, "import_no_on lines=%s", buf_text(&here.text)));
	put(out, &undo, 1,
	    message_arena(a, "import_no_undo lines=%s", buf_text(&undo.text)));
}

struct value {
	const char *s;
	size_t len;
	int step; /* in which it was seen last */
	struct lines lines;
};

static bool
is_of_value(char c)
{
	return (c >= '0' && c <= '9') ||
	    ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
	    (c != '\0' && strchr("._/-", c) != NULL);
}

/* A path of two parts, “2.1.0”, “10.0.0.7”. */
static bool
is_value(const char *s, size_t len)
{
	size_t dots = 0, slashes = 0;

	for (size_t i = 0; i < len; i++) {
		dots += s[i] == '.';
		slashes += s[i] == '/' && i + 1 < len;
	}
	if (s[0] == '/')
		return slashes >= 2 && len >= 8;
	return dots >= 2 && s[0] >= '0' && s[0] <= '9' &&
	    strspn(s, "0123456789.") >= len;
}

/* The value, a new one if there is room; NULL: there is none. */
static struct value *
find(struct value *all, size_t *count, const char *s, size_t len)
{
	for (size_t i = 0; i < *count; i++)
		if (all[i].len == len && memcmp(all[i].s, s, len) == 0)
			return &all[i];
	if (*count == VALUES_MAX)
		return NULL;
	all[*count] = (struct value){ .s = s, .len = len, .step = -1 };
	return &all[(*count)++];
}

static void
read_values(
    const struct step *step, int number, struct value *all, size_t *count)
{
	const char *s = step->text != NULL ? step->text : "";
	struct value *value;

	while (*s != '\0') {
		size_t len = 0, end;

		while (is_of_value(s[len]))
			len++;
		end = len;
		while (end > 0 && strchr("./-", s[end - 1]) != NULL)
			end--;
		value = end > 0 && is_value(s, end) ? find(all, count, s, end)
						    : NULL;
		if (value != NULL && value->step != number) {
			value->step = number;
			add_line(&value->lines, step->line);
		}
		s += len > 0 ? len : 1;
	}
}

static void
put_values(const struct runbook *r, struct arena *a, struct buf *out)
{
	struct value *all = arena_alloc(a, VALUES_MAX * sizeof(*all));
	size_t count = 0;

	for (size_t i = 0; i < r->plan.steps_count; i++)
		read_values(&r->plan.steps[i], (int)i, all, &count);
	for (size_t i = 0; i < count; i++) {
		struct lines *l = &all[i].lines;

		put(out, l, VALUE_STEPS,
		    message_arena(a, "import_repeated value=%s lines=%s",
			arena_strndup(a, all[i].s, all[i].len),
			buf_text(&l->text)));
	}
}

void
decisions_put(const struct runbook *result, struct buf *out)
{
	struct arena *a = arena_new();

	put_targets(result, a, out);
	put_values(result, a, out);
	arena_free(a);
}
