/*
 * render.c: renders a compiled template with a model.
 *
 * Rendering walks the flat nodes of a template with a stack of contexts.  Names
 * carry the hash of json-c's tables from compile time on, so that a failing
 * lookup, as most are deep inside a page, costs one probe.  A tree of our own
 * instead of json_object was rejected: the JSON answer and the page are made
 * from the same object.  In strict mode (the tests) a name that no context has
 * is an error; otherwise it is empty.  False are: null, false, the empty array
 * and the empty text.
 *
 * One function escapes for content and for quoted attributes: escaping both
 * kinds of quotes everywhere costs a few bytes and removes the choice between
 * two functions.  Runs of harmless bytes are copied at once, as nearly all
 * bytes are harmless.
 */
#include <stdint.h>
#include <string.h>

#include "base/json.h"
#include "html/template_compile.h"
#include "html/render.h"

#define MAX_CONTEXTS 40
#define MAX_PARTIALS 12

struct render {
	struct json_object *value[MAX_CONTEXTS];
	struct lh_table *table[MAX_CONTEXTS]; /* NULL: not an object */
	int depth;
	int partials;
	bool strict;
	size_t text_end; /* of the output, behind a text of a template */
	struct buf *out;
	struct fault *fault;
};

static int raw_mark;

static bool render_range(
    struct render *r, const struct template *t, size_t from, size_t to);

static const char *const references[256] = {
	['&'] = "&amp;",
	['<'] = "&lt;",
	['>'] = "&gt;",
	['"'] = "&quot;",
	['\''] = "&#39;",
};

void
html_escape(struct buf *out, const char *s, size_t len)
{
	size_t from = 0;

	for (size_t i = 0; i < len; i++) {
		const char *reference = references[(unsigned char)s[i]];

		if (reference == NULL)
			continue;
		if (i > from)
			buf_put(out, s + from, i - from);
		buf_puts(out, reference);
		from = i + 1;
	}
	if (len > from)
		buf_put(out, s + from, len - from);
}

struct json_object *
html_raw(const char *html, size_t len)
{
	struct json_object *o = json_object_new_string_len(html, (int)len);

	json_object_set_userdata(o, &raw_mark, NULL);
	return o;
}

void
html_inherit(struct json_object *o, struct json_object *base)
{
	json_object_set_userdata(o, base, NULL);
}

static bool
is_raw(struct json_object *value)
{
	return json_object_get_userdata(value) == &raw_mark;
}

static bool
fail(struct render *r, const struct template *t, const struct node *n,
    const char *what)
{
	fault_set(r->fault, ERR_INTERNAL, "template", "", "%s:%d: {{%s}} %s",
	    t->name, n->line, n->text, what);
	return false;
}

static struct lh_entry *
find_key(struct lh_table *t, const struct part *part)
{
	return lh_table_lookup_entry_w_hash(t, part->name, part->hash);
}

/*
 * Finds a name: the first part in the innermost context that has it, the others
 * inside the result. Names of the whole page begin with '_' and exist in the
 * outermost context alone, so they are looked up there.
 */
static bool
look_up(const struct render *r, const struct node *n, struct json_object **ret)
{
	struct lh_entry *e = NULL;
	struct json_object *o;
	int i = r->depth - 1;

	if (n->parts_count == 0) {
		*ret = r->value[r->depth - 1];
		return true;
	}
	if (n->parts[0].name[0] == '_')
		i = 0;
	for (; i >= 0 && e == NULL; i--)
		if (r->table[i] != NULL)
			e = find_key(r->table[i], &n->parts[0]);
	for (size_t p = 1; e != NULL && p < n->parts_count; p++) {
		o = lh_entry_v(e);
		if (!json_object_is_type(o, json_type_object))
			return false;
		e = find_key(json_object_get_object(o), &n->parts[p]);
	}
	if (e == NULL)
		return false;
	*ret = lh_entry_v(e);
	return true;
}

static bool
is_true(struct json_object *o)
{
	switch (json_object_get_type(o)) {
	case json_type_null:
		return false;
	case json_type_boolean:
		return json_object_get_boolean(o);
	case json_type_array:
		return json_count(o) > 0;
	case json_type_string:
		return json_object_get_string_len(o) > 0;
	default:
		return true;
	}
}

static void
put_int(struct buf *out, int64_t n)
{
	char digits[24], *at = digits + sizeof(digits);
	uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

	do
		*--at = (char)('0' + rest % 10);
	while ((rest /= 10) > 0);
	if (n < 0)
		*--at = '-';
	buf_put(out, at, (size_t)(digits + sizeof(digits) - at));
}

/*
 * 2026-11-28T22:05:00Z as 2026-11-28 22:05:00 UTC, which static/js/time.js
 * replaces by the time of the reader.  Another text stays as it is.
 */
static void
put_utc(struct buf *out, const char *s, size_t len)
{
	if (len < sizeof("2026-11-28T22:05:00Z") - 1 || s[10] != 'T' ||
	    s[len - 1] != 'Z') {
		html_escape(out, s, len);
		return;
	}
	html_escape(out, s, 10);
	buf_puts(out, " ");
	html_escape(out, s + 11, 8);
	buf_puts(out, " UTC");
}

/* The length of the time at s, or 0. */
static size_t
time_at(const char *s, size_t len)
{
	static const char form[] = "0000-00-00T00:00:00";
	size_t n = sizeof(form) - 1;

	if (len <= n)
		return 0;
	for (size_t i = 0; i < n; i++)
		if (form[i] == '0' ? s[i] < '0' || s[i] > '9' : s[i] != form[i])
			return 0;
	if (s[n] == '.')
		while (++n < len && s[n] >= '0' && s[n] <= '9')
			;
	return n < len && s[n] == 'Z' ? n + 1 : 0;
}

static void
put_times(struct buf *out, const char *s, size_t len)
{
	size_t begin = 0, n;

	for (size_t i = 0; i < len; i++) {
		if ((n = time_at(s + i, len - i)) == 0)
			continue;
		html_escape(out, s + begin, i - begin);
		buf_puts(out, "<time datetime=\"");
		buf_put(out, s + i, n);
		buf_puts(out, "\">");
		put_utc(out, s + i, n);
		buf_puts(out, "</time>");
		begin = i + n;
		i = begin - 1;
	}
	html_escape(out, s + begin, len - begin);
}

static void
put_string(struct buf *out, const struct node *n, const char *s, size_t len)
{
	if (n->is_utc)
		put_utc(out, s, len);
	else if (n->has_times)
		put_times(out, s, len);
	else
		html_escape(out, s, len);
}

static bool
put_value(struct render *r, const struct template *t, const struct node *n,
    struct json_object *o)
{
	switch (json_object_get_type(o)) {
	case json_type_null:
		return true;
	case json_type_string:
		if (is_raw(o))
			buf_put(r->out, json_object_get_string(o),
			    (size_t)json_object_get_string_len(o));
		else
			put_string(r->out, n, json_object_get_string(o),
			    (size_t)json_object_get_string_len(o));
		return true;
	case json_type_int:
		put_int(r->out, json_object_get_int64(o));
		return true;
	case json_type_boolean:
	case json_type_double:
		buf_puts(r->out, json_object_to_json_string(o));
		return true;
	default:
		return !r->strict || fail(r, t, n, "is not a text");
	}
}

/* Pushes o as the innermost context, above the objects it inherits from. */
static bool
push(struct render *r, struct json_object *o)
{
	bool is_object = json_object_is_type(o, json_type_object);
	struct json_object *base = is_object ? json_object_get_userdata(o)
					     : NULL;

	if (r->depth == MAX_CONTEXTS || (base != NULL && !push(r, base)))
		return false;
	if (r->depth == MAX_CONTEXTS)
		return false;
	r->value[r->depth] = o;
	r->table[r->depth++] = is_object ? json_object_get_object(o) : NULL;
	return true;
}

/* Renders the section's content once, with o as the innermost context. */
static bool
render_with(struct render *r, const struct template *t, size_t at,
    struct json_object *o)
{
	int depth = r->depth;
	bool ok;

	if (!push(r, o))
		return fail(r, t, &t->nodes[at], "is nested too deep");
	ok = render_range(r, t, at + 1, t->nodes[at].end);
	r->depth = depth;
	return ok;
}

static bool
render_section(struct render *r, const struct template *t, size_t at,
    struct json_object *o)
{
	size_t count;

	if (t->nodes[at].kind == NODE_INVERTED)
		return is_true(o) ||
		    render_range(r, t, at + 1, t->nodes[at].end);
	if (!is_true(o))
		return true;
	if (json_object_is_type(o, json_type_boolean))
		return render_range(r, t, at + 1, t->nodes[at].end);
	if (!json_object_is_type(o, json_type_array))
		return render_with(r, t, at, o);
	count = json_count(o);
	for (size_t i = 0; i < count; i++)
		if (!render_with(r, t, at, json_at(o, i)))
			return false;
	return true;
}

static bool
render_partial(struct render *r, const struct template *t, const struct node *n)
{
	int depth = r->depth;
	bool ok;

	if (n->partial == NULL)
		return !r->strict || fail(r, t, n, "is not a template");
	if (r->partials == MAX_PARTIALS ||
	    (n->argument != NULL && !push(r, n->argument)))
		return fail(r, t, n, "is nested too deep");
	r->partials++;
	ok = render_range(r, n->partial, 0, n->partial->nodes_count);
	r->partials--;
	r->depth = depth;
	return ok;
}

static bool
render_name(struct render *r, const struct template *t, size_t at)
{
	const struct node *n = &t->nodes[at];
	struct json_object *o = NULL;

	if (!look_up(r, n, &o) && r->strict)
		return fail(r, t, n, "is not in the model");
	if (n->kind == NODE_VALUE)
		return put_value(r, t, n, o);
	return render_section(r, t, at, o);
}

/*
 * A text of the template.  If sections before it were left out, its line break
 * follows that of another text: one of them is enough.
 */
static void
put_text(struct render *r, const struct node *n)
{
	const struct buf *out = r->out;
	size_t skip = 0;

	if (out->len > 0 && r->text_end == out->len &&
	    out->data[out->len - 1] == '\n')
		while (skip < n->len && n->text[skip] == '\n')
			skip++;
	buf_put(r->out, n->text + skip, n->len - skip);
	r->text_end = out->len;
}

static bool
render_range(struct render *r, const struct template *t, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		const struct node *n = &t->nodes[i];
		bool ok = true;

		if (n->kind == NODE_TEXT)
			put_text(r, n);
		else if (n->kind == NODE_PARTIAL)
			ok = render_partial(r, t, n);
		else
			ok = render_name(r, t, i);
		if (!ok)
			return false;
		if (n->kind == NODE_SECTION || n->kind == NODE_INVERTED)
			i = n->end - 1;
	}
	return true;
}

bool
template_render(const struct template *t, bool strict,
    struct json_object *model, struct buf *out, struct fault *fault)
{
	struct render r = { .strict = strict,
		.text_end = SIZE_MAX,
		.out = out,
		.fault = fault };

	push(&r, model);
	return render_range(&r, t, 0, t->nodes_count);
}
