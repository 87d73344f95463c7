/*
 * copy_plan.c: the lines of a copy step, with their values.
 *
 * Arrow, target and slash are found in the text of the document before any
 * value is filled in, so that no value can become one of them.  A value stands
 * for a name within its path; with slashes it may only begin one.  What makes
 * a path mean another place ("..", an empty name) is refused.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "book/values.h"
#include "step/copy.h"

static const struct order_target this_machine = { .name = "local",
	.kind = "local" };

/* A name of a path that would lead elsewhere. */
static bool
leads_elsewhere(const char *path)
{
	size_t len;

	for (path += *path == '/'; *path != '\0'; path += len + 1) {
		len = strcspn(path, "/");
		if (len == 0 || (len == 1 && path[0] == '.') ||
		    (len == 2 && memcmp(path, "..", 2) == 0))
			return true;
		if (path[len] == '\0')
			break;
	}
	return false;
}

bool
copy_fill(const struct order *o, const char *s, size_t len, struct buf *out,
    struct buf *why)
{
	size_t at = 0, from = 0, n, start = out->len;
	bool filled = false;
	char name[65];

	buf_puts(out, "");
	while (values_next(s, len, &at, &n, name)) {
		const char *value = order_value(o, name);

		if (value == NULL || value[strcspn(value, "\r\n")] != '\0') {
			buf_printf(why, value == NULL ? "{{%s}} has no value."
			    : "The value of {{%s}} has a line end, which no "
			    "path may have.", name);
			return false;
		}
		if (at > 0 && strchr(value, '/') != NULL) {
			buf_printf(why, "The value of {{%s}} has a “/”: within "
			    "a path a value stands for one name. A value with "
			    "“/” may only stand where a path begins.", name);
			return false;
		}
		buf_put(out, s + from, at - from);
		buf_puts(out, value);
		from = at += n;
		filled = true;
	}
	buf_put(out, s + from, len - from);
	if (filled && (leads_elsewhere(buf_text(out) + start) ||
	    (text_ends(buf_text(out) + start, "/") && s[len - 1] != '/'))) {
		buf_puts(why, "With its values the path has an empty name, "
		    "“.”, “..” or an end that the document does not show, and "
		    "would mean another place. Check the values.");
		return false;
	}
	return true;
}

static const struct order_target *
find_target(const struct order *o, const char *name)
{
	if (strcmp(name, "local") == 0)
		return &this_machine;
	for (size_t i = 0; i < o->hosts_count; i++)
		if (strcmp(o->hosts[i].name, name) == 0)
			return &o->hosts[i];
	for (size_t i = 0; i < o->targets_count; i++)
		if (strcmp(o->targets[i].name, name) == 0)
			return &o->targets[i];
	return NULL;
}

/* One side of a line: its target, and its path. */
static bool
read_side(const struct job *job, const char *s, size_t len,
    const struct order_target **ret, struct buf *path, struct buf *why)
{
	const char *colon = memchr(s, ':', len), *slash = memchr(s, '/', len);
	char *name;

	*ret = job->target;
	if (colon != NULL && (slash == NULL || colon < slash) &&
	    *s != '{' && *s != '~') {
		name = mem_strndup(s, (size_t)(colon - s));
		*ret = find_target(job->order, name);
		if (*ret == NULL)
			buf_printf(why, "“%.64s” is no SSH target of this "
			    "environment. Where it is a group, write on=%.64s "
			    "and the path without a target.", name, name);
		free(name);
		if (*ret == NULL)
			return false;
		len -= (size_t)(colon + 1 - s);
		s = colon + 1;
	}
	if (!copy_fill(job->order, s, len, path, why))
		return false;
	if (text_starts(buf_text(path), "/") ||
	    (text_starts(buf_text(path), "~/") && *ret != &this_machine &&
	    strcmp((*ret)->kind, "ssh") == 0))
		return true;
	buf_printf(why, "The path %.200s does not begin with “/”%s.",
	    buf_text(path), strcmp((*ret)->kind, "ssh") == 0 ? " or “~/”" :
	    ", as one on this machine has to");
	return false;
}

static bool
read_line(const struct job *job, const char *s, size_t len,
    struct copy_line *l, struct buf *why)
{
	const char *arrow, *right;
	bool from, to;

	while (len > 0 && (s[len - 1] == ' ' || s[len - 1] == '\t' ||
	    s[len - 1] == '\r'))
		len--;
	arrow = memmem(s, len, " -> ", 4);
	if (arrow == NULL || arrow == s) {
		buf_puts(why, "A copy is written [target:]path -> "
		    "[target:]path.");
		return false;
	}
	right = arrow + 4;
	from = arrow[-1] == '/';
	to = s[len - 1] == '/';
	l->folder = from && to;
	l->into = !from && to;
	if (from && !to) {
		buf_puts(why, "A folder is copied to a folder: both paths end "
		    "with “/”.");
		return false;
	}
	return read_side(job, s, (size_t)(arrow - s), &l->from, &l->from_path,
	    why) && read_side(job, right, len - (size_t)(right - s), &l->to,
	    &l->to_path, why);
}

bool
copy_plan(const struct job *job, struct copy_line **ret, size_t *ret_count,
    struct buf *why)
{
	const char *s = job->order->text;
	struct copy_line *lines = NULL;
	size_t count = 0, cap = 0, len, blank;
	struct buf reason = {0};
	bool ok = true;

	for (int n = 0; *s != '\0' && ok; n++, s += len + (s[len] == '\n')) {
		len = strcspn(s, "\n");
		blank = strspn(s, " \t\r");
		if (blank >= len || s[blank] == '#')
			continue;
		(void)mem_grow(&lines, &cap, count, sizeof(*lines));
		lines[count] = (struct copy_line){ .number = n +
			job->order->text_line };
		ok = read_line(job, s + blank, len - blank, &lines[count],
		    &reason);
		if (!ok)
			buf_printf(why, "Line %d of the document: %s Nothing "
			    "was copied.", lines[count].number,
			    buf_text(&reason));
		count++;
	}
	buf_clear(&reason);
	*ret = lines;
	*ret_count = count;
	return ok;
}

void
copy_plan_free(struct copy_line *lines, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		buf_clear(&lines[i].from_path);
		buf_clear(&lines[i].to_path);
	}
	free(lines);
}
