/*
 * filled_text.c: the text of a step with its values, as they will be sent.
 *
 * The encoding is that of the executor (lang/http/http_fill.c,
 * lang/sql/sql_literal.c). A value that cannot be shown is encoded as a marker
 * of ASCII letters and digits, which no encoding changes, and the markers of
 * the result are replaced at last.
 */
#include <stdio.h>
#include <string.h>

#include "lang/plan_scope.h"
#include "lang/http/http_fill.h"
#include "lang/sql/sql_literal.h"
#include "plan/step.h"
#include "web/views/filled_text.h"
#include "web/views/with_value.h"

#define HIDDEN_MAX 32
#define MARKER "CountersignHiddenValue"

struct filled {
	struct view *v;
	const struct step *step;
	struct plan_place place;
	const char *hidden[HIDDEN_MAX]; /* what the markers stand for */
	size_t count;
};

/* A value_fn of the place: also the values of targets, secrets as dots. */
static const char *
value_or_dots(void *ctx, const char *name)
{
	struct filled *f = ctx;
	bool secret;
	const char *value = with_value(f->v, f->step, name, &secret);

	if (value == NULL)
		return view_value(f->v, name);
	return secret ? VIEW_DOTS : value;
}

static void
begin(struct filled *f, struct view *v, const struct step *step)
{
	*f = (struct filled){ .v = v,
		.step = step,
		.place = { v->plan, step->section, value_or_dots, f } };
}

/* A value_fn: the value, or the marker of one that is hidden. */
static const char *
value_or_marker(void *ctx, const char *name)
{
	struct filled *f = ctx;
	struct arena *arena = f->v->req->arena;
	const char *value = plan_value_at(&f->place, name);
	struct json_object *text;
	bool secret = json_object_object_get_ex(
			  json_get(f->v->run, "parameters"), name, &text) &&
	    text == NULL;

	if (!secret)
		(void)with_value(f->v, f->step, name, &secret);
	if (value != NULL && !secret)
		return value;
	if (f->count == HIDDEN_MAX)
		return NULL;
	f->hidden[f->count] = value != NULL
	    ? value
	    : arena_printf(arena, "{{%s}}", name);
	return arena_printf(arena, MARKER "%zuX", f->count++);
}

/* An http_item_fn: only an attempt has the list. */
static const char *
item_marker(void *ctx, const char *pointer, struct http_item *ret)
{
	struct filled *f = ctx;
	char name[80];

	snprintf(name, sizeof(name), "item%s", pointer);
	ret->text = ret->json = value_or_marker(f, name);
	return ret->text != NULL ? NULL : "";
}

/* The text with what the markers stand for. */
static const char *
reveal(struct filled *f, const struct buf *text)
{
	struct buf out = { 0 };
	const char *s = buf_text(text), *next, *copy;

	for (; (next = strstr(s, MARKER)) != NULL; s = next) {
		char *end;
		size_t i = strtoul(next + strlen(MARKER), &end, 10);

		buf_put(&out, s, (size_t)(next - s));
		if (i < f->count && *end == 'X') {
			buf_puts(&out, f->hidden[i]);
			next = end + 1;
		} else {
			buf_puts(&out, MARKER);
			next += strlen(MARKER);
		}
	}
	buf_puts(&out, s);
	copy = arena_strdup(f->v->req->arena, buf_text(&out));
	buf_clear(&out);
	return copy;
}

static void
put_headers(const struct http_headers *h, struct buf *out)
{
	for (size_t i = 0; i < h->count; i++)
		buf_printf(out, "%s: %s\n", h->all[i].name, h->all[i].value);
}

static void
put_body(const struct http_body *b, struct buf *out)
{
	const char *source = b->artifact != NULL ? b->artifact : b->file;

	if (source != NULL)
		buf_printf(out, "\n< %s\n", source);
	else if (b->text != NULL) {
		buf_putc(out, '\n');
		buf_put(out, b->text, b->len);
		buf_putc(out, '\n');
	}
}

static void
put_request(const struct http_request *q, struct buf *out)
{
	buf_printf(
	    out, "%s%s %s\n", out->len > 0 ? "\n###\n" : "", q->method, q->url);
	put_headers(&q->headers, out);
	put_body(&q->body, out);
	for (size_t i = 0; i < q->parts_count; i++) {
		buf_puts(out, "\n--\n");
		put_headers(&q->parts[i].headers, out);
		put_body(&q->parts[i].body, out);
	}
}

/* The url of the step's target, if it is one. */
static const char *
base_of(struct view *v, const struct step *step)
{
	return json_text(
	    json_get(json_get(v->run, "targets"), step->on), "url", NULL);
}

static enum err
fill_http(struct filled *f, const struct step *step, struct buf *out,
    struct fault *fault)
{
	struct http_filling filling = { .arena = f->v->req->arena,
		.value = value_or_marker,
		.ctx = f,
		.item = step->foreach != NULL ? item_marker : NULL,
		.item_ctx = f,
		.base = base_of(f->v, step) };
	struct http_text all = { 0 };
	struct http_request q;
	enum err err = http_parse(
	    filling.arena, step->text, step->text_line, &all, fault);

	for (size_t i = 0; i < all.count && err == ERR_OK; i++) {
		err = http_fill(&filling, &all.all[i], &q, fault);
		if (err == ERR_OK)
			put_request(&q, out);
	}
	return err;
}

static void
put_value(
    struct filled *f, enum step_kind dialect, const char *name, struct buf *out)
{
	const char *value = value_or_marker(f, name);

	if (value == NULL)
		buf_printf(out, "{{%s}}", name);
	else if (!plan_is_number(f->v->plan, name) ||
	    !sql_put_number(value, out))
		sql_put_text(dialect, value, out);
}

static void
fill_sql(struct filled *f, const struct step *step, struct buf *out)
{
	struct statements all = { 0 };
	size_t from = 0;

	statements_split(
	    step->text, step->kind, statements_backslash(step->kind), &all);
	for (size_t i = 0; i < all.values_count; i++) {
		const struct statement_value *value = &all.values[i];

		buf_put(out, step->text + from, value->at - from);
		put_value(f, step->kind, value->name, out);
		from = value->at + value->len;
	}
	buf_puts(out, step->text + from);
	statements_clear(&all);
}

const char *
filled_line(struct view *v, const struct step *step, const char *text)
{
	struct filled f;
	struct buf out = { 0 };
	const char *copy;

	if (text == NULL || strstr(text, "{{") == NULL)
		return text;
	begin(&f, v, step);
	values_fill(text, plan_value_at, &f.place, &out);
	copy = arena_strdup(v->req->arena, buf_text(&out));
	buf_clear(&out);
	return copy;
}

const char *
filled_text(struct view *v, const struct step *step, const char **ret_refused)
{
	struct filled f;
	struct fault fault = { 0 };
	struct buf out = { 0 };
	const char *text;

	if (strstr(step->text, "{{") == NULL)
		return step->text;
	begin(&f, v, step);
	if (step->kind == STEP_HTTP) {
		if (fill_http(&f, step, &out, &fault) != ERR_OK) {
			*ret_refused = request_message(v->req, fault.message);
			buf_clear(&out);
			return filled_line(v, step, step->text);
		}
	} else if (kind_is(step->kind, KIND_SQL)) {
		fill_sql(&f, step, &out);
	} else {
		return filled_line(v, step, step->text);
	}
	text = reveal(&f, &out);
	buf_clear(&out);
	return text;
}
