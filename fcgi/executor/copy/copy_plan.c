/*
 * copy_plan.c: the lines of a copy step, with their values.
 *
 * Values are inserted after a line was parsed (lang/copy_line.c).  A value
 * stands for a name within its path; with slashes it may only begin one.  Parts
 * that make a path mean another place ("..", an empty name) are refused.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/message.h"
#include "base/text.h"
#include "lang/copy_line.h"
#include "lang/values.h"
#include "lang/wildcard.h"
#include "executor/actions/fill.h"
#include "executor/copy/copy_plan.h"

static const struct job_target this_machine = { .name = "local",
	.kind = "local" };

/* True for a name in a path that would lead elsewhere. */
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

/*
 * Appends a path with its values, each checked for its place; and the same as a
 * pattern, in which "*" and "?" of a value stand for themselves.
 */
static bool
fill_path(const struct job_spec *o, const struct copy_side *side,
    struct buf *out, struct buf *pattern, struct buf *why)
{
	const char *s = side->path;
	size_t len = side->path_len;
	size_t at = 0, from = 0, n, start = out->len;
	bool filled = false;
	char name[65];

	buf_puts(out, "");
	while (values_next(s, len, &at, &n, name)) {
		const char *value = fill_value(o, name, why);

		if (value == NULL)
			return false;
		if (at > 0 && strchr(value, '/') != NULL) {
			message_put(why, "copy_value_slash name=%s", name);
			return false;
		}
		buf_put(out, s + from, at - from);
		buf_puts(out, value);
		wildcard_put(s + from, at - from, false, pattern);
		wildcard_put(value, strlen(value), true, pattern);
		from = at += n;
		filled = true;
	}
	buf_put(out, s + from, len - from);
	wildcard_put(s + from, len - from, false, pattern);
	if (filled &&
	    (leads_elsewhere(buf_text(out) + start) ||
		(text_ends(buf_text(out) + start, "/") && s[len - 1] != '/'))) {
		message_put(why, "copy_value_path");
		return false;
	}
	return true;
}

static const struct job_target *
find_target(const struct job_spec *o, const char *name)
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
fill_side(const struct job *job, const struct copy_side *side,
    const struct job_target **ret, struct buf *path, struct buf *pattern,
    struct buf *why)
{
	char *name;

	*ret = job->target;
	if (side->target != NULL) {
		name = mem_strndup(side->target, side->target_len);
		*ret = find_target(job->spec, name);
		if (*ret == NULL)
			message_put(why,
			    "copy_no_target name=%.64s group=%.64s", name,
			    name);
		free(name);
		if (*ret == NULL)
			return false;
	}
	if (!fill_path(job->spec, side, path, pattern, why))
		return false;
	if (text_starts(buf_text(path), "/") ||
	    (text_starts(buf_text(path), "~/") && *ret != &this_machine &&
		strcmp((*ret)->kind, "ssh") == 0))
		return true;
	message_put(why,
	    strcmp((*ret)->kind, "ssh") == 0 ? "copy_path path=%.200s"
					     : "copy_path_local path=%.200s",
	    buf_text(path));
	return false;
}

static bool
fill_copy_line(const struct job *job, const struct copy_text *text,
    struct copy_line *l, struct buf *why)
{
	struct buf *pattern = &l->pattern, unused = { 0 };
	bool ok = fill_side(job, &text->from, &l->from, &l->from_path, pattern,
		      why) &&
	    fill_side(job, &text->to, &l->to, &l->to_path, &unused, why);

	l->folder = text->folder;
	l->into = text->into;
	if (ok && text->match)
		buf_consume(pattern,
		    (size_t)(strrchr(pattern->data, '/') + 1 - pattern->data));
	else
		buf_clear(pattern);
	buf_clear(&unused);
	return ok;
}

bool
copy_plan(const struct job *job, struct copy_line **ret, size_t *ret_count,
    struct buf *why)
{
	const char *s = job->spec->step.text, *wrong;
	struct copy_line *lines = NULL;
	size_t count = 0, cap = 0, len, at;
	struct buf reason = { 0 };
	struct copy_text text;
	bool ok = true;

	for (int n = 0; *s != '\0' && ok; n++, s += len + (s[len] == '\n')) {
		len = strcspn(s, "\n");
		wrong = copy_line_read(s, len, &text, &at);
		if (text.nothing)
			continue;
		(void)mem_grow(&lines, &cap, count, sizeof(*lines));
		lines[count] = (struct copy_line){ .number = n +
			    job->spec->step.text_line };
		if (wrong != NULL)
			buf_puts(&reason, wrong);
		ok = wrong == NULL &&
		    fill_copy_line(job, &text, &lines[count], &reason);
		if (!ok)
			message_put(why, "copy_line line=%d reason=%s",
			    lines[count].number, buf_text(&reason));
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
		buf_clear(&lines[i].pattern);
	}
	free(lines);
}
