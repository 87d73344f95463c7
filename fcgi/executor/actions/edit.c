/*
 * edit.c: applies the lines of an `edit` step to the text of a file.
 *
 * The file is a list of lines, each with its old and new form, so that the
 * difference needs no search.  A line keeps its line ending; a new one takes
 * the ending of the file's first line, and a file without a final newline stays
 * without one.
 *
 * A line of the step is parsed before values are inserted: an arrow or an
 * equals sign in a value is just text.  All edits are idempotent: `replace`
 * counts a place that already has the new text, even if the new text contains
 * the old.
 *
 * JSON stays JSON: its lines are edited like any other, and a result that
 * cannot be read any more is refused.  An editor of its members was rejected,
 * as it would lay out the file anew, and the difference would show all of it.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/message.h"
#include "base/text.h"
#include "lang/edit_line.h"
#include "executor/actions/assignment.h"
#include "executor/actions/diff.h"
#include "executor/actions/edit.h"
#include "executor/actions/fill.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

struct line {
	char *was;     /* without its ending; NULL: a new line */
	char *is;      /* the same; may be the same pointer */
	size_t ending; /* 0, 1 (LF) or 2 (CRLF) bytes */
};

struct edit {
	const struct job_spec *spec;
	const char *file;
	struct line *lines;
	size_t count, cap;
	size_t ending; /* of new lines */
	bool marked;   /* the file begins with a byte order mark */
	int at;        /* line in the document */
	struct buf *why;
};

/* Reports why one line of the step failed. */
static bool __attribute__((format(printf, 2, 3)))
refuse(struct edit *e, const char *fmt, ...)
{
	struct buf text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	message_vput(&text, fmt, ap);
	va_end(ap);
	message_put(e->why, "edit_line line=%d reason=%s file=%s", e->at,
	    buf_text(&text), e->file);
	buf_clear(&text);
	return false;
}

static char *
filled(struct edit *e, const char *s, size_t len)
{
	struct buf out = { 0 }, why = { 0 };

	if (fill_line(e->spec, s, len, &out, &why))
		return buf_take(&out);
	refuse(e, "%s", buf_text(&why));
	buf_clear(&out);
	buf_clear(&why);
	return NULL;
}

static struct line *
add(struct edit *e)
{
	if (e->count == e->cap) {
		e->cap = e->cap * 2 + 64;
		e->lines = mem_realloc(e->lines, e->cap, sizeof(*e->lines));
	}
	e->lines[e->count] = (struct line){ 0 };
	return &e->lines[e->count++];
}

static void
set_text(struct line *l, char *text)
{
	if (l->is != l->was)
		free(l->is);
	l->is = text;
}

static void
split(struct edit *e, const char *s, size_t len)
{
	const char *end = s + len;

	e->ending = 1;
	e->marked = len >= 3 && memcmp(s, BYTE_ORDER_MARK, 3) == 0;
	if (e->marked)
		s += 3; /* not part of the first line */
	while (s < end) {
		const char *nl = memchr(s, '\n', (size_t)(end - s));
		size_t n = nl != NULL ? (size_t)(nl - s) : (size_t)(end - s);
		struct line *l = add(e);

		l->ending = nl == NULL ? 0 : n > 0 && s[n - 1] == '\r' ? 2 : 1;
		if (e->count == 1 && l->ending != 0)
			e->ending = l->ending;
		l->was = l->is = mem_strndup(s, n - (l->ending == 2));
		s += n + (nl != NULL);
	}
}

/* Appends a line; takes ownership of the text. */
static void
append(struct edit *e, char *text)
{
	size_t last = e->count, ending = e->ending;
	struct line *l;

	while (last > 0 && e->lines[last - 1].is == NULL)
		last--;
	if (last > 0 && e->lines[last - 1].ending == 0) {
		e->lines[last - 1].ending = e->ending;
		ending = 0;
	}
	l = add(e);
	l->is = text;
	l->ending = ending;
}

/*
 * Replaces each `from` in the line by `to`, except where `to` is there already.
 * Counts both.
 */
static char *
replaced(const char *s, const char *from, const char *to, size_t *ret_done,
    size_t *ret_already)
{
	const char *inside = strstr(to, from), *start = s, *p;
	size_t off = inside != NULL ? (size_t)(inside - to) : 0;
	struct buf out = { 0 };

	buf_puts(&out, "");
	while ((p = strstr(s, from)) != NULL) {
		bool already = inside != NULL && (size_t)(p - start) >= off &&
		    strncmp(p - off, to, strlen(to)) == 0;
		size_t n = already ? strlen(to) - off : strlen(from);

		buf_put(&out, s, (size_t)(p - s));
		if (already)
			buf_put(&out, p, n);
		else
			buf_puts(&out, to);
		(*(already ? ret_already : ret_done))++;
		s = p + n;
	}
	buf_puts(&out, s);
	return buf_take(&out);
}

static bool
do_replace(struct edit *e, const struct edit_line *line)
{
	char *from = NULL, *to = NULL;
	size_t done = 0, already = 0;
	bool ok = false;

	if ((from = filled(e, line->what, line->what_len)) == NULL ||
	    (to = filled(e, line->with, line->with_len)) == NULL)
		goto out;
	if (*from == '\0') {
		refuse(e, MESSAGE("edit_empty"));
		goto out;
	}
	for (size_t i = 0; i < e->count; i++) {
		struct line *l = &e->lines[i];
		size_t before = done;
		char *text;

		if (l->is == NULL)
			continue;
		already += *to != '\0' && strstr(from, to) == NULL &&
		    strstr(to, from) == NULL && strstr(l->is, to) != NULL;
		text = replaced(l->is, from, to, &done, &already);
		if (done > before)
			set_text(l, text);
		else
			free(text);
	}
	ok = done + already > 0 ||
	    refuse(e, "edit_nowhere from=%s to=%s", from, to);
out:
	free(from);
	free(to);
	return ok;
}

static bool
do_ensure(struct edit *e, const struct edit_line *line)
{
	char *text = filled(e, line->what, line->what_len);

	if (text == NULL)
		return false;
	for (size_t i = 0; i < e->count; i++)
		if (e->lines[i].is != NULL &&
		    strcmp(e->lines[i].is, text) == 0) {
			free(text);
			return true;
		}
	append(e, text);
	return true;
}

static bool
do_remove(struct edit *e, const struct edit_line *line)
{
	char *text = filled(e, line->what, line->what_len);

	if (text == NULL)
		return false;
	for (size_t i = 0; i < e->count; i++)
		if (e->lines[i].is != NULL && strcmp(e->lines[i].is, text) == 0)
			set_text(&e->lines[i], NULL);
	free(text);
	return true;
}

/* True if the next line continues this one: it is indented more (YAML). */
static bool
has_children(const struct edit *e, size_t at)
{
	const char *s = e->lines[at].is;

	for (size_t i = at + 1; i < e->count; i++) {
		const char *next = e->lines[i].is;

		if (next == NULL || next[strspn(next, " \t")] == '\0')
			continue;
		return strspn(next, " \t") > strspn(s, " \t") ||
		    (strspn(next, " \t") == strspn(s, " \t") &&
			strncmp(next + strspn(next, " \t"), "- ", 2) == 0);
	}
	return false;
}

static bool
set_missing(struct edit *e, const char *key, const char *value)
{
	const char *like = NULL;
	size_t gap = 0, at = 0, n;

	for (size_t i = 0; i < e->count; i++) {
		const char *s = e->lines[i].is;

		if (s == NULL)
			continue;
		if (assignment_is_other(s, key))
			return refuse(
			    e, "edit_other_form key=%s line=%zu", key, i + 1);
		if (s[strspn(s, " \t")] == '[')
			return refuse(e, "edit_sections key=%s", key);
		if (like == NULL && *s != ' ' && *s != '\t' &&
		    strncmp(s, "export ", 7) != 0 &&
		    (n = assignment_value(s, NULL, &gap)) > 0) {
			like = s;
			at = n;
		}
	}
	if (like == NULL) {
		like = "=";
		gap = 0;
		at = 1;
	}
	append(e, assignment_put(like, gap, at, key, value, ""));
	return true;
}

/* Puts the value into line `which`, at offset `start` of the old one. */
static bool
set_line(struct edit *e, size_t which, size_t start, const char *key,
    const char *value)
{
	const char *s = e->lines[which].is;
	const char *behind = assignment_rest(key, s + start);

	if (behind == NULL || (s[start] == '\0' && has_children(e, which)))
		return refuse(
		    e, "edit_continued key=%s line=%zu", key, which + 1);
	set_text(
	    &e->lines[which], assignment_put(s, 0, start, NULL, value, behind));
	return true;
}

static bool
do_set(struct edit *e, const struct edit_line *line)
{
	char *key = NULL, *value = NULL;
	size_t found = 0, which = 0, start = 0, gap, n;
	bool ok = false;

	if ((key = filled(e, line->what, line->what_len)) == NULL ||
	    (value = filled(e, line->with, line->with_len)) == NULL)
		goto out;
	if (*key == '\0') {
		refuse(e, MESSAGE("edit_set_form"));
		goto out;
	}
	for (size_t i = 0; i < e->count; i++)
		if (e->lines[i].is != NULL &&
		    (n = assignment_value(e->lines[i].is, key, &gap)) > 0) {
			found++;
			which = i;
			start = n;
		}
	if (found > 1)
		refuse(e, "edit_several key=%s count=%zu", key, found);
	else if (found == 0)
		ok = set_missing(e, key, value);
	else
		ok = set_line(e, which, start, key, value);
out:
	free(key);
	free(value);
	return ok;
}

static bool
do_line(struct edit *e, const char *s, size_t len)
{
	static bool (*const acts[])(struct edit *,
	    const struct edit_line *) = { [EDIT_REPLACE] = do_replace,
		[EDIT_ENSURE] = do_ensure,
		[EDIT_REMOVE] = do_remove,
		[EDIT_SET] = do_set };
	struct edit_line line;
	const char *why = edit_line_read(s, len, &line);

	if (why != NULL)
		return refuse(e, "%s", why);
	return line.verb == EDIT_NOTHING || acts[line.verb](e, &line);
}

static void
put_diff(struct edit *e, struct buf *out)
{
	struct diff_line *lines = mem_calloc(e->count + 1, sizeof(*lines));

	for (size_t i = 0; i < e->count; i++)
		lines[i] = (struct diff_line){ e->lines[i].was,
			e->lines[i].is };
	diff_lines(lines, e->count, e->file, out);
	free(lines);
}

static void
finish(struct edit *e, struct edit_result *r)
{
	put_diff(e, &r->diff);
	if (e->marked)
		buf_puts(&r->text, BYTE_ORDER_MARK);
	for (size_t i = 0; i < e->count; i++) {
		struct line *l = &e->lines[i];

		if (l->is != NULL) {
			buf_puts(&r->text, l->is);
			buf_puts(&r->text,
			    l->ending == 2       ? "\r\n"
				: l->ending == 1 ? "\n"
						 : "");
		}
	}
}

/* An object or an array: the text of any number would be JSON too. */
static bool
is_json(const char *text, size_t len)
{
	struct json_object *o = NULL;
	bool is = json_read(text, len, &o, NULL) == ERR_OK &&
	    (json_object_is_type(o, json_type_object) ||
		json_object_is_type(o, json_type_array));

	json_object_put(o);
	return is;
}

bool
edit_apply(const struct job_spec *spec, const char *file, const char *old,
    size_t len, struct edit_result *ret, struct buf *why)
{
	struct edit e = { .spec = spec,
		.file = file,
		.why = why,
		.at = spec->step.text_line };
	const char *s = spec->step.text;
	bool ok = true;

	if (memchr(old, '\0', len) != NULL || !text_is_utf8(old, len)) {
		message_put(why, "edit_no_utf8 file=%s", file);
		return false;
	}
	split(&e, old, len);
	for (; *s != '\0' && ok; e.at++) {
		size_t n = strcspn(s, "\n");

		ok = do_line(&e, s, n);
		s += n + (s[n] == '\n');
	}
	if (ok)
		finish(&e, ret);
	if (ok && is_json(old, len) &&
	    !is_json(buf_text(&ret->text), ret->text.len)) {
		message_put(why, "edit_breaks_json file=%s", file);
		ok = false;
	}
	for (size_t i = 0; i < e.count; i++) {
		set_text(&e.lines[i], NULL);
		free(e.lines[i].was);
	}
	free(e.lines);
	return ok;
}

void
edit_clear(struct edit_result *r)
{
	buf_clear(&r->text);
	buf_clear(&r->diff);
}
