/*
 * sql_source.c: the text of a SQL step, with that of the files that it names.
 *
 * A file is split by itself: its end ends its last statement, and a DELIMITER
 * holds in it alone.  It is plain SQL, in which {{name}} is no value, as other
 * programs read it too.  Its text stands behind that of the step, so that a
 * statement is a part of one text wherever it comes from.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/message.h"
#include "executor/output/plan_file.h"
#include "executor/sql/sql_source.h"

struct sql_source_file {
	const char *name;
	struct buf text;
};

/* A byte order mark is no part of a statement. */
static void
blank_mark(struct buf *text)
{
	if (text->len >= 3 && memcmp(text->data, "\xef\xbb\xbf", 3) == 0)
		memset(text->data, ' ', 3);
}

bool
sql_source_read(
    const struct job_spec *o, struct sql_source *ret, struct buf *why)
{
	bool ok = true;

	*ret = (struct sql_source){ .spec = o };
	buf_puts(&ret->text, o->step.text);
	if (o->files == NULL)
		return true;
	ret->files = mem_calloc((size_t)json_object_object_length(o->files) + 1,
	    sizeof(*ret->files));
	json_object_object_foreach (o->files, name, snapshot) {
		struct sql_source_file *f = &ret->files[ret->count++];

		(void)snapshot;
		f->name = name;
		ok = ok && plan_file_read(o, name, &f->text, why);
		blank_mark(&f->text);
	}
	return ok;
}

void
sql_source_clear(struct sql_source *s)
{
	for (size_t i = 0; i < s->count; i++)
		buf_clear(&s->files[i].text);
	free(s->files);
	buf_clear(&s->text);
	*s = (struct sql_source){ 0 };
}

static const struct sql_source_file *
find_file(const struct sql_source *s, const char *path, size_t len)
{
	for (size_t i = 0; i < s->count; i++)
		if (strlen(s->files[i].name) == len &&
		    memcmp(s->files[i].name, path, len) == 0)
			return &s->files[i];
	return NULL;
}

static int
lines_before(const char *text, size_t at)
{
	int line = 0;

	for (size_t i = 0; i < at; i++)
		line += text[i] == '\n';
	return line;
}

/* Adds the statements of the file that the line names. */
static bool
add_file(struct sql_source *s, enum step_kind dialect, bool backslash,
    const struct statement *line, struct statements *out, struct buf *why)
{
	const struct sql_source_file *f = find_file(
	    s, buf_text(&s->text) + line->at, line->len);
	size_t from = s->text.len;
	struct statements own = { 0 };
	bool ok = false;

	if (f == NULL || strlen(buf_text(&f->text)) != f->text.len)
		message_put(why, "sql_file_text file=%.*s", (int)line->len,
		    buf_text(&s->text) + line->at);
	else if (!(ok = statements_split_file(
		       buf_text(&f->text), dialect, backslash, &own)))
		message_put(why, "sql_nothing_file file=%s line=%d reason=%s",
		    f->name, lines_before(f->text.data, own.wrong_at) + 1,
		    own.wrong);
	for (size_t i = 0; ok && i < own.count; i++) {
		struct statement *st = mem_grow(
		    &out->all, &out->cap, out->count++, sizeof(*st));

		*st = own.all[i];
		st->at += from;
		st->path_at = line->at;
		st->path_len = line->len;
	}
	if (ok)
		buf_put(&s->text, f->text.data, f->text.len);
	statements_clear(&own);
	return ok;
}

static bool
has_files(const struct statements *all)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->all[i].is_file)
			return true;
	return false;
}

bool
sql_source_split(struct sql_source *s, enum step_kind dialect, bool backslash,
    struct statements *ret, struct buf *why)
{
	const char *text = s->spec->step.text;
	struct statements out = { 0 };
	bool ok = true;

	if (!statements_split(text, dialect, backslash, ret)) {
		message_put(why, "sql_nothing_wrong line=%d reason=%s",
		    s->spec->step.text_line + lines_before(text, ret->wrong_at),
		    ret->wrong);
		return false;
	}
	if (!has_files(ret))
		return true;
	for (size_t i = 0; ok && i < ret->count; i++) {
		struct statement *st;

		if (ret->all[i].is_file) {
			ok = add_file(
			    s, dialect, backslash, &ret->all[i], &out, why);
			continue;
		}
		st = mem_grow(&out.all, &out.cap, out.count++, sizeof(*st));
		*st = ret->all[i];
	}
	free(ret->all);
	ret->all = out.all;
	ret->count = out.count;
	ret->cap = out.cap;
	return ok;
}

int
sql_source_line(const struct sql_source *s, const struct statement *st)
{
	return st->line + (st->path_len > 0 ? 1 : s->spec->step.text_line);
}

const char *
sql_source_place(const struct sql_source *s, const struct statement *st,
    char place[SQL_PLACE_MAX])
{
	snprintf(place, SQL_PLACE_MAX, "%.*s%s%d", (int)st->path_len,
	    buf_text(&s->text) + st->path_at, st->path_len > 0 ? ":" : "",
	    sql_source_line(s, st));
	return place;
}
