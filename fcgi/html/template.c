/*
 * template.c: the templates of a program, and rendering them.
 *
 * Rendering walks the flat nodes of a template with a stack of contexts.
 * Names carry the hash of json-c's tables from compile time on, so that a
 * lookup that misses, which is most of them deep inside a page, costs one
 * probe.  A tree of our own instead of json_object was rejected: the JSON
 * answer and the page are made from the same object.
 *
 * In strict mode (the tests) a name that no context has is an error; else it
 * is empty.  False are: null, false, the empty array and the empty text.
 */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/text.h"
#include "html/escape.h"
#include "html/node.h"
#include "html/template.h"

#define MAX_CONTEXTS	40
#define MAX_PARTIALS	12
#define MAX_TEMPLATE	(256 * 1024)

struct templates {
	struct template	**list;
	size_t		 count;
	size_t		 cap;
	bool		 strict;
};

struct render {
	struct json_object *value[MAX_CONTEXTS];
	struct lh_table	*table[MAX_CONTEXTS];	/* NULL: not an object */
	int		 depth;
	int		 partials;
	bool		 strict;
	struct buf	*out;
	struct fault	*fault;
};

static int raw_mark;

static bool	render_range(struct render *r, const struct template *t,
		    size_t from, size_t to);

struct json_object *
html_raw(const char *html, size_t len)
{
	struct json_object *o = json_object_new_string_len(html, (int)len);

	json_object_set_userdata(o, &raw_mark, NULL);
	return o;
}

bool
html_is_raw(struct json_object *value)
{
	return json_object_get_userdata(value) == &raw_mark;
}

struct templates *
templates_new(bool strict)
{
	struct templates *t = mem_calloc(1, sizeof(*t));

	t->strict = strict;
	return t;
}

void
templates_free(struct templates *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->count; i++)
		template_free(t->list[i]);
	free(t->list);
	free(t);
}

static struct template *
find(const struct templates *t, const char *name)
{
	for (size_t i = 0; i < t->count; i++)
		if (strcmp(t->list[i]->name, name) == 0)
			return t->list[i];
	return NULL;
}

/* Points the partials at their templates; returns one that has none. */
static const struct node *
link_partials(struct templates *t, const struct template **ret_in)
{
	const struct node *missing = NULL;
	char name[80];

	for (size_t i = 0; i < t->count; i++) {
		for (size_t k = 0; k < t->list[i]->nodes_count; k++) {
			struct node *n = &t->list[i]->nodes[k];

			if (n->kind != NODE_PARTIAL)
				continue;
			snprintf(name, sizeof(name), "%s.html", n->text);
			n->partial = find(t, name);
			if (n->partial != NULL)
				continue;
			missing = n;
			*ret_in = t->list[i];
		}
	}
	return missing;
}

static enum err
add(struct templates *t, const char *name, const char *text, size_t len,
    struct fault *fault)
{
	struct template *new = template_compile(name, text, len, fault);
	struct template **slot;

	if (new == NULL)
		return ERR_INVALID;
	slot = mem_grow(&t->list, &t->cap, t->count, sizeof(*slot));
	*slot = new;
	t->count++;
	return ERR_OK;
}

enum err
templates_add(struct templates *t, const char *name, const char *text,
    size_t len, struct fault *fault)
{
	const struct template *in;
	enum err err = add(t, name, text, len, fault);

	if (err == ERR_OK)
		link_partials(t, &in);
	return err;
}

static enum err
load_file(struct templates *t, const char *folder, const char *name,
    struct fault *fault)
{
	char *path = mem_printf("%s/%s", folder, name);
	struct buf text = {0};
	enum err err = io_read_file(path, MAX_TEMPLATE, &text);

	if (err != ERR_OK)
		fault_set(fault, err, "template", "", "%s cannot be read",
		    path);
	else
		err = add(t, name, buf_text(&text), text.len, fault);
	buf_clear(&text);
	free(path);
	return err;
}

enum err
templates_load(struct templates *t, const char *folder, struct fault *fault)
{
	const struct template *in = NULL;
	const struct node *missing;
	DIR *dir = opendir(folder);
	enum err err = ERR_OK;
	struct dirent *e;

	if (dir == NULL)
		return fault_set(fault, ERR_IO, "template", "",
		    "the folder %s cannot be read: %s", folder,
		    strerror(errno));
	while (err == ERR_OK && (e = readdir(dir)) != NULL)
		if (text_ends(e->d_name, ".html") && e->d_name[0] != '.')
			err = load_file(t, folder, e->d_name, fault);
	closedir(dir);
	if (err != ERR_OK || (missing = link_partials(t, &in)) == NULL)
		return err;
	return fault_set(fault, ERR_INVALID, "template", "",
	    "%s:%d: there is no template %s.html", in->name, missing->line,
	    missing->text);
}

static bool
fail(struct render *r, const struct template *t, const struct node *n,
    const char *what)
{
	fault_set(r->fault, ERR_INTERNAL, "template", "", "%s:%d: {{%s}} %s",
	    t->name, n->line, n->text, what);
	return false;
}

/* Finds a name: the first part in the innermost context that has it, the
 * others inside of what that gave. */
static bool
look_up(const struct render *r, const struct node *n,
    struct json_object **ret)
{
	struct lh_entry *e = NULL;
	struct json_object *o;

	if (n->parts_count == 0) {
		*ret = r->value[r->depth - 1];
		return true;
	}
	for (int i = r->depth - 1; i >= 0 && e == NULL; i--)
		if (r->table[i] != NULL)
			e = lh_table_lookup_entry_w_hash(r->table[i],
			    n->parts[0].name, n->parts[0].hash);
	for (size_t p = 1; e != NULL && p < n->parts_count; p++) {
		o = lh_entry_v(e);
		if (!json_object_is_type(o, json_type_object))
			return false;
		e = lh_table_lookup_entry_w_hash(json_object_get_object(o),
		    n->parts[p].name, n->parts[p].hash);
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
		return json_object_array_length(o) > 0;
	case json_type_string:
		return json_object_get_string_len(o) > 0;
	default:
		return true;
	}
}

static bool
put_value(struct render *r, const struct template *t, const struct node *n,
    struct json_object *o)
{
	switch (json_object_get_type(o)) {
	case json_type_null:
		return true;
	case json_type_string:
		if (html_is_raw(o))
			buf_put(r->out, json_object_get_string(o),
			    (size_t)json_object_get_string_len(o));
		else
			html_escape(r->out, json_object_get_string(o),
			    (size_t)json_object_get_string_len(o));
		return true;
	case json_type_int:
		buf_printf(r->out, "%" PRId64, json_object_get_int64(o));
		return true;
	case json_type_boolean:
	case json_type_double:
		buf_puts(r->out, json_object_to_json_string(o));
		return true;
	default:
		return !r->strict || fail(r, t, n, "is not a text");
	}
}

/* Renders the section's content once, with o as the innermost context. */
static bool
render_with(struct render *r, const struct template *t, size_t at,
    struct json_object *o)
{
	bool ok;

	if (r->depth == MAX_CONTEXTS)
		return fail(r, t, &t->nodes[at], "is nested too deep");
	r->value[r->depth] = o;
	r->table[r->depth++] = json_object_is_type(o, json_type_object) ?
	    json_object_get_object(o) : NULL;
	ok = render_range(r, t, at + 1, t->nodes[at].end);
	r->depth--;
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
	count = json_object_array_length(o);
	for (size_t i = 0; i < count; i++)
		if (!render_with(r, t, at, json_object_array_get_idx(o, i)))
			return false;
	return true;
}

static bool
render_partial(struct render *r, const struct template *t,
    const struct node *n)
{
	bool ok;

	if (n->partial == NULL)
		return !r->strict || fail(r, t, n, "is not a template");
	if (r->partials == MAX_PARTIALS)
		return fail(r, t, n, "is nested too deep");
	r->partials++;
	ok = render_range(r, n->partial, 0, n->partial->nodes_count);
	r->partials--;
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

static bool
render_range(struct render *r, const struct template *t, size_t from,
    size_t to)
{
	for (size_t i = from; i < to; i++) {
		const struct node *n = &t->nodes[i];
		bool ok = true;

		if (n->kind == NODE_TEXT)
			buf_put(r->out, n->text, n->len);
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

enum err
templates_render(const struct templates *t, const char *name,
    struct json_object *model, struct buf *out, struct fault *fault)
{
	const struct template *page = find(t, name);
	struct render r = { .strict = t->strict, .out = out, .fault = fault };

	if (page == NULL)
		return fault_set(fault, ERR_NOT_FOUND, "template", "",
		    "there is no template %s", name);
	r.value[0] = model;
	r.table[0] = json_object_is_type(model, json_type_object) ?
	    json_object_get_object(model) : NULL;
	r.depth = 1;
	return render_range(&r, page, 0, page->nodes_count) ? ERR_OK :
	    ERR_INTERNAL;
}
