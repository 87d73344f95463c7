/*
 * form.c: fills a form of a rendered page with entered values.
 *
 * A form that was refused, or sent after the session had ended, comes back
 * filled in.  The server has no other model of its forms than the rendered
 * pages, so the page is rendered and its form is filled in here, once for all
 * of them.  A list of fields for each page was rejected, as it would be
 * forgotten for the next one.
 */
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/text.h"
#include "html/render.h"
#include "html/form.h"

#define FOLDS_MOST 16

/* From '<' to behind '>'; `name` has the slash of an end tag. */
struct tag {
	const char *start;
	const char *end;
	const char *name;
	size_t name_len;
};

struct attribute {
	const char *start; /* the blank before it */
	const char *end;
	const char *name;
	size_t name_len;
	const char *value; /* NULL without a value */
	size_t value_len;
};

struct filling {
	struct json_object *fields;
	struct json_object *used; /* {name: how many of its values are used} */
	struct buf *out;
	bool own_hidden;  /* hidden fields keep the page's values */
	char select[200]; /* the name of the open one, or "" */
};

static bool
next_tag(const char *p, const char *end, struct tag *t)
{
	char quote = '\0';

	while (p < end &&
	    !(*p == '<' && p + 1 < end && (p[1] == '/' || (p[1] | 32) >= 'a')))
		p++;
	if (p >= end)
		return false;
	t->start = p;
	t->name = p + 1;
	t->name_len = 1 + strcspn(t->name + 1, " \t\n/>");
	for (p = t->name + t->name_len; p < end; p++) {
		if (quote != '\0') {
			quote = *p == quote ? '\0' : quote;
		} else if (*p == '"' || *p == '\'') {
			quote = *p;
		} else if (*p == '>') {
			t->end = p + 1;
			return true;
		}
	}
	return false;
}

static bool
is_tag(const struct tag *t, const char *name)
{
	return strlen(name) == t->name_len &&
	    strncasecmp(t->name, name, t->name_len) == 0;
}

/* Parses the attribute at or behind p; p moves behind it. */
static bool
next_attribute(const struct tag *t, const char **p, struct attribute *a)
{
	const char *s = *p;

	while (s < t->end - 1 && strchr(" \t\n/", *s) != NULL)
		s++;
	if (s >= t->end - 1)
		return false;
	*a = (struct attribute){
		.start = *p, .name = s, .name_len = strcspn(s, " \t\n=/>")
	};
	s += a->name_len;
	if (*s == '=' && s[1] == '"') {
		a->value = s + 2;
		a->value_len = strcspn(a->value, "\"");
		s = a->value + a->value_len + 1;
	} else if (*s == '=') {
		a->value = s + 1;
		a->value_len = strcspn(a->value, " \t\n>");
		s = a->value + a->value_len;
	}
	a->end = *p = s > a->start ? s : a->start + 1;
	return true;
}

static bool
find_attribute(const struct tag *t, const char *name, struct attribute *a)
{
	const char *p = t->name + t->name_len;

	while (next_attribute(t, &p, a))
		if (a->name_len == strlen(name) &&
		    strncasecmp(a->name, name, a->name_len) == 0)
			return true;
	return false;
}

/* Decodes the references that html_escape() writes. */
static void
put_unescaped(struct buf *out, const char *s, size_t len)
{
	static const struct {
		const char *text;
		char c;
	} refs[] = {
		{ "&amp;", '&' },
		{ "&lt;", '<' },
		{ "&gt;", '>' },
		{ "&quot;", '"' },
		{ "&#39;", '\'' },
	};
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		char c = s[i];

		n = 1;
		for (size_t r = 0; s[i] == '&' && r < 5; r++) {
			size_t size = strlen(refs[r].text);

			if (len - i >= size &&
			    memcmp(s + i, refs[r].text, size) == 0) {
				c = refs[r].c;
				n = size;
			}
		}
		buf_putc(out, c);
	}
}

/* The value of an attribute in `out`, "" if missing. */
static const char *
value_of(const struct tag *t, const char *name, struct buf *out)
{
	struct attribute a;

	buf_reset(out);
	if (find_attribute(t, name, &a) && a.value != NULL)
		put_unescaped(out, a.value, a.value_len);
	return buf_text(out);
}

/* The number of the field's texts, and the n-th of them. */
static size_t
count_of(struct json_object *field)
{
	return field == NULL                              ? 0
	    : json_object_is_type(field, json_type_array) ? json_count(field)
							  : 1;
}

static const char *
text_at(struct json_object *field, size_t n)
{
	return json_object_get_string(
	    json_object_is_type(field, json_type_array) ? json_at(field, n)
							: field);
}

static bool
has_text(struct json_object *field, const char *text)
{
	for (size_t i = 0; i < count_of(field); i++)
		if (text_eq(text_at(field, i), text))
			return true;
	return false;
}

/* The next of the field's texts; NULL: none left. */
static const char *
take(struct filling *f, const char *name)
{
	struct json_object *field = json_get(f->fields, name);
	int64_t n = json_int(f->used, name, 0);

	json_set_int(f->used, name, n + 1);
	return (size_t)n < count_of(field) ? text_at(field, (size_t)n) : NULL;
}

/* The tag without the attribute, and with `more` behind the others. */
static void
put_tag(struct filling *f, const struct tag *t, const char *without,
    const char *more, const char *value)
{
	const char *p = t->name + t->name_len;
	struct attribute a;

	buf_put(f->out, t->start, (size_t)(p - t->start));
	while (next_attribute(t, &p, &a))
		if (a.name_len != strlen(without) ||
		    strncasecmp(a.name, without, a.name_len) != 0)
			buf_put(f->out, a.start, (size_t)(a.end - a.start));
	if (more != NULL)
		buf_puts(f->out, more);
	if (value != NULL) {
		html_escape(f->out, value, strlen(value));
		buf_putc(f->out, '"');
	}
	buf_putc(f->out, '>');
}

static void
copy(struct filling *f, const struct tag *t)
{
	buf_put(f->out, t->start, (size_t)(t->end - t->start));
}

static void
put_input(struct filling *f, const struct tag *t, const char *name)
{
	struct buf type = { 0 }, own = { 0 };
	const char *kind = value_of(t, "type", &type), *value;

	if (text_eq(kind, "checkbox") || text_eq(kind, "radio")) {
		value_of(t, "value", &own);
		value = has_text(json_get(f->fields, name), buf_text(&own))
		    ? " checked"
		    : NULL;
		if (value != NULL)
			take(f, name);
		put_tag(f, t, "checked", value, NULL);
	} else if ((value = take(f, name)) == NULL || *name == '_' ||
	    text_eq(kind, "password") || text_eq(kind, "submit") ||
	    (f->own_hidden && text_eq(kind, "hidden"))) {
		copy(f, t);
	} else {
		put_tag(f, t, "value", " value=\"", value);
	}
	buf_clear(&type);
	buf_clear(&own);
}

/* Returns the end of the text, which begins with its value. */
static const char *
put_textarea(
    struct filling *f, const struct tag *t, const char *name, const char *end)
{
	const char *value = take(f, name);
	const char *stop = memmem(
	    t->end, (size_t)(end - t->end), "</textarea", strlen("</textarea"));

	copy(f, t);
	if (value == NULL || stop == NULL)
		return t->end;
	buf_putc(f->out, '\n'); /* browsers drop the first one */
	html_escape(f->out, value, strlen(value));
	return stop;
}

/* Writes one tag of the form; returns where the page continues. */
static const char *
put_control(struct filling *f, const struct tag *t, const char *end)
{
	struct buf name = { 0 }, own = { 0 };
	const char *at = t->end;
	bool chosen;

	value_of(t, "name", &name);
	if (is_tag(t, "input")) {
		put_input(f, t, buf_text(&name));
	} else if (is_tag(t, "textarea")) {
		at = put_textarea(f, t, buf_text(&name), end);
	} else if (is_tag(t, "option") && f->select[0] != '\0' &&
	    json_get(f->fields, f->select) != NULL) {
		value_of(t, "value", &own);
		chosen = has_text(
		    json_get(f->fields, f->select), buf_text(&own));
		if (chosen)
			take(f, f->select);
		put_tag(f, t, "selected", chosen ? " selected" : NULL, NULL);
	} else {
		if (is_tag(t, "button") && name.len > 0)
			take(f, buf_text(&name));
		copy(f, t);
	}
	if (is_tag(t, "select") || is_tag(t, "/select")) {
		buf_put(&name, "", 1);
		strncpy(f->select, name.data, sizeof(f->select) - 1);
	}
	buf_clear(&name);
	buf_clear(&own);
	return at;
}

/* The tag is a hidden field with one of those values. */
static bool
is_hidden_as(const struct tag *t, struct json_object *field)
{
	struct buf text = { 0 };
	bool is = text_eq(value_of(t, "type", &text), "hidden") &&
	    has_text(field, value_of(t, "value", &text));

	buf_clear(&text);
	return is;
}

/*
 * The number of fields that the form has a place for; more for hidden ones of
 * the same value.
 */
static int
score_of(const char *p, const char *end, struct json_object *fields)
{
	struct json_object *seen = json_object_new_object(), *field;
	struct buf name = { 0 };
	struct tag t;
	int score = 0;

	for (; next_tag(p, end, &t); p = t.end) {
		value_of(&t, "name", &name);
		field = json_get(fields, buf_text(&name));
		if (name.len == 0 || *buf_text(&name) == '_' || field == NULL ||
		    json_get(seen, buf_text(&name)) != NULL)
			continue;
		json_set_bool(seen, buf_text(&name), true);
		score += is_hidden_as(&t, field) ? 2 : 1;
	}
	buf_clear(&name);
	json_object_put(seen);
	return score;
}

/* The best form: its start tag, and its end behind "</form>". */
static bool
find_form(const char *html, const char *end, const char *action,
    struct json_object *fields, struct tag *ret, const char **ret_end)
{
	struct buf value = { 0 };
	struct tag t, close;
	int best = -1, score;

	for (const char *p = html; next_tag(p, end, &t); p = t.end) {
		if (!is_tag(&t, "form") ||
		    !text_eq(value_of(&t, "method", &value), "post") ||
		    !text_eq(value_of(&t, "action", &value), action))
			continue;
		close = t;
		while (next_tag(close.end, end, &close) &&
		    !is_tag(&close, "/form"))
			;
		score = score_of(t.end, close.end, fields);
		if (!is_tag(&close, "/form") || score <= best)
			continue;
		best = score;
		*ret = t;
		*ret_end = close.end;
	}
	buf_clear(&value);
	return best >= 0;
}

static struct json_object *
rest_of(const struct filling *f)
{
	struct json_object *rest = json_object_new_object();

	json_object_object_foreach (f->fields, name, value)
		if (json_get(f->used, name) == NULL && *name != '_')
			json_set(rest, name, json_object_get(value));
	return rest;
}

/* Writes the form, which ends behind its end tag. */
static void
put_form(struct filling *f, const struct tag *form, const char *end)
{
	const char *p;
	struct tag t;

	copy(f, form);
	for (p = form->end; next_tag(p, end, &t);) {
		buf_put(f->out, p, (size_t)(t.start - p));
		p = put_control(f, &t, end);
	}
}

bool
form_fill(const char *html, size_t len, const char *action,
    struct json_object *fields, struct buf *out, struct json_object **ret_rest)
{
	struct filling f = { .fields = fields, .out = out };
	const char *end;
	struct tag form;

	if (!find_form(html, html + len, action, fields, &form, &end))
		return false;
	f.used = json_object_new_object();
	put_form(&f, &form, end);
	*ret_rest = rest_of(&f);
	json_object_put(f.used);
	return true;
}

/* Writes the page before the form, and opens the folds that it stands in. */
static void
put_before(struct filling *f, const char *html, const struct tag *form)
{
	struct tag folds[FOLDS_MOST], t;
	struct attribute a;
	size_t n = 0;

	for (const char *p = html; next_tag(p, form->start, &t); p = t.end)
		if (is_tag(&t, "details") && n < FOLDS_MOST)
			folds[n++] = t;
		else if (is_tag(&t, "/details") && n > 0)
			n--;
	for (size_t i = 0; i < n; i++) {
		if (find_attribute(&folds[i], "open", &a))
			continue;
		buf_put(f->out, html, (size_t)(folds[i].end - 1 - html));
		buf_puts(f->out, " open");
		html = folds[i].end - 1;
	}
	buf_put(f->out, html, (size_t)(form->start - html));
}

bool
form_fill_page(const char *html, size_t len, const char *action,
    struct json_object *fields, struct buf *out)
{
	struct filling f = { .fields = fields, .out = out, .own_hidden = true };
	const char *end;
	struct tag form;

	if (!find_form(html, html + len, action, fields, &form, &end))
		return false;
	f.used = json_object_new_object();
	put_before(&f, html, &form);
	put_form(&f, &form, end);
	buf_put(out, end, len - (size_t)(end - html));
	json_object_put(f.used);
	return true;
}
