/*
 * repeated.c: values that stand in several steps of a proposal.
 *
 * A document says a folder or a version wherever it is needed.  Of folders
 * within each other the outer one is taken, unless all that is below it stands
 * below inner ones of their own.
 */
#include <ctype.h>
#include <string.h>

#include "import/repeated.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "compiler/runbook.h"

#define USES_MAX 2000
#define LISTED 12 /* lines of a list */

/* A value at one place of a step. */
struct use {
	const char *s;
	size_t len;
	int step;
};

struct search {
	const struct runbook *runbook;
	struct arena *arena;
	struct use *uses;
	size_t count;
	struct repeated *found;
	size_t found_count;
};

static bool
is_of_name(char c)
{
	return (c >= '0' && c <= '9') ||
	    ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
	    (c != '\0' && strchr("._-", c) != NULL);
}

/* The length of a path at s[at]; 0: none begins there. */
static size_t
path_at(const char *s, size_t at)
{
	size_t n = 0;

	if (s[at] != '/' || s[at + 1] == '/' ||
	    (at > 0 &&
		(is_of_name(s[at - 1]) ||
		    strchr("/~$}*?", s[at - 1]) != NULL)) ||
	    (at > 1 && s[at - 1] == '"' &&
		(is_of_name(s[at - 2]) || s[at - 2] == '}')))
		return 0;
	while (is_of_name(s[at + n]) || s[at + n] == '/')
		n++;
	while (n > 0 && strchr("./-", s[at + n - 1]) != NULL)
		n--;
	return n;
}

/* The length of “2.1.0” or “10.0.0.7” at s[at], or 0. */
static size_t
number_at(const char *s, size_t at)
{
	size_t n = 0, dots = 0;

	if (!isdigit((unsigned char)s[at]) ||
	    (at > 0 && (isdigit((unsigned char)s[at - 1]) || s[at - 1] == '.')))
		return 0;
	while (isdigit((unsigned char)s[at + n]) ||
	    (s[at + n] == '.' && isdigit((unsigned char)s[at + n + 1])))
		dots += s[at + n++] == '.';
	return dots == 2 || dots == 3 ? n : 0;
}

/* A folder of every machine, or a file that is named once anyway. */
static bool
is_general(const char *s)
{
	static const char *const folders[] = { "/usr/", "/etc/", "/dev/",
		"/proc/", "/sys/", "/bin/", "/sbin/", "/lib/", "/tmp/",
		"/var/lib/", "/var/log/", "/var/run/", "/run/", NULL };

	for (size_t i = 0; folders[i] != NULL; i++)
		if (text_starts(s, folders[i]))
			return true;
	return false;
}

bool
repeated_is_comment(const char *s, size_t at)
{
	while (at > 0 && strchr(" \t", s[at - 1]) != NULL)
		at--;
	return at == 0 || s[at - 1] == '\n';
}

static void
read_step(struct search *q, int number)
{
	const struct step *step = &q->runbook->plan.steps[number];
	const char *s = step->text != NULL ? step->text : "";
	size_t at = 0, n;
	bool copy = step->kind == STEP_COPY;

	while (s[at] != '\0' && q->count < USES_MAX) {
		if (s[at] == '#' && repeated_is_comment(s, at)) {
			at += strcspn(s + at, "\n");
			continue;
		}
		n = path_at(s, at);
		if (n > 0 && is_general(s + at)) {
			at += n;
			continue;
		}
		if (n == 0)
			n = number_at(s, at);
		if (n > 0 && (!copy || s[at + n] != ':'))
			q->uses[q->count++] = (struct use){ s + at, n, number };
		at += n > 0 && s[at] != '/' ? n : 1;
	}
}

size_t
repeated_at(const char *value, const char *s, size_t len, size_t at)
{
	size_t n = strlen(value);
	char next;

	if (len - at < n || memcmp(s + at, value, n) != 0)
		return 0;
	next = at + n < len ? s[at + n] : '\0';
	if (value[0] != '/')
		return number_at(s, at) == n ? n : 0;
	return path_at(s, at) < n ||
		(is_of_name(next) &&
		    (next != '.' ||
			(at + n + 1 < len && is_of_name(s[at + n + 1]))))
	    ? 0
	    : n;
}

/* The use is of that path, or of one below. */
static bool
is_below(const struct use *use, const char *s, size_t len)
{
	return use->len >= len && memcmp(use->s, s, len) == 0 &&
	    (use->len == len || use->s[len] == '/');
}

/* The number of steps that use the value, or what is below it. */
static size_t
count_steps(const struct search *q, const char *s, size_t len, bool scripts)
{
	size_t steps = 0;
	int last = -1;

	for (size_t i = 0; i < q->count; i++) {
		const struct use *use = &q->uses[i];
		int kind = (int)q->runbook->plan.steps[use->step].kind;

		if (!is_below(use, s, len) || use->step == last ||
		    (scripts && !kind_is(kind, KIND_SHELL | KIND_ONE(COPY))))
			continue;
		steps++;
		last = use->step;
	}
	return steps;
}

static const char *
list_lines(const struct search *q, const char *s, size_t len, int *ret_first)
{
	struct buf out = { 0 };
	size_t count = 0;
	int last = -1;
	const char *text;

	for (size_t i = 0; i < q->count && count <= LISTED; i++) {
		const struct use *use = &q->uses[i];

		if (!is_below(use, s, len) || use->step == last)
			continue;
		last = use->step;
		if (count == 0)
			*ret_first = q->runbook->plan.steps[last].line;
		if (count++ == LISTED)
			buf_puts(&out, ", …");
		else
			buf_printf(&out, "%s%d", count > 1 ? ", " : "",
			    q->runbook->plan.steps[last].line);
	}
	text = arena_strdup(q->arena, buf_text(&out));
	buf_clear(&out);
	return text;
}

static void
add(struct search *q, const char *s, size_t len)
{
	struct repeated *r;
	size_t dots = 0;

	for (size_t i = 0; i < q->found_count; i++)
		if (strlen(q->found[i].value) == len &&
		    memcmp(q->found[i].value, s, len) == 0)
			return;
	if (q->found_count == REPEATED_MAX)
		return;
	for (size_t i = 0; i < len; i++)
		dots += s[i] == '.';
	r = &q->found[q->found_count++];
	*r = (struct repeated){ .value = arena_strndup(q->arena, s, len),
		.scripts = count_steps(q, s, len, true),
		.address = s[0] != '/' && dots == 3 };
	r->lines = list_lines(q, s, len, &r->line);
}

/* The length of the next longer path of the use, beyond the first `len`. */
static size_t
next_part(const struct use *use, size_t len)
{
	size_t n = len + 1;

	while (n < use->len && use->s[n] != '/')
		n++;
	return n < use->len ? n : use->len;
}

/* All that is below the folder stands below inner ones that are repeated. */
static bool
is_made_of_inner(const struct search *q, const char *s, size_t len)
{
	for (size_t i = 0; i < q->count; i++) {
		const struct use *use = &q->uses[i];

		if (is_below(use, s, len) &&
		    (use->len == len ||
			count_steps(q, use->s, next_part(use, len), false) <
			    REPEATED_STEPS))
			return false;
	}
	return true;
}

/* The outermost folder of the use that is a value. */
static void
add_path(struct search *q, const struct use *use)
{
	size_t len = next_part(use, 0);

	while (len < use->len) {
		len = next_part(use, len);
		if (count_steps(q, use->s, len, false) < REPEATED_STEPS)
			return;
		if (!is_made_of_inner(q, use->s, len)) {
			add(q, use->s, len);
			return;
		}
	}
}

size_t
repeated_find(
    const struct runbook *result, struct arena *a, struct repeated *ret)
{
	struct search q = { .runbook = result, .arena = a, .found = ret };

	q.uses = arena_alloc(a, USES_MAX * sizeof(*q.uses));
	for (size_t i = 0; i < result->plan.steps_count; i++)
		read_step(&q, (int)i);
	for (size_t i = 0; i < q.count; i++) {
		if (q.uses[i].s[0] == '/')
			add_path(&q, &q.uses[i]);
		else if (count_steps(&q, q.uses[i].s, q.uses[i].len, false) >=
		    REPEATED_STEPS)
			add(&q, q.uses[i].s, q.uses[i].len);
	}
	return q.found_count;
}
