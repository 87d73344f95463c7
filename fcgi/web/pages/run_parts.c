/*
 * run_parts.c: the page of a run as parts, each of which can be sent alone.
 *
 * Each part is rendered by itself, with the model of the whole page around it,
 * and put into its place in that model, from where run.html takes it.  So the
 * page and what the live stream says of it cannot differ.  The frame is the
 * page without its parts, and is hashed.  Rejected:
 * to list which event changes which part, as a card also depends on gates, on
 * other steps and on the person.
 */
#include "base/json.h"
#include "html/render.h"
#include "web/pages/run_parts.h"

static const struct {
	const char *name;
	const char *template;
} fixed[] = {
	{ "bar", "_run_bar.html" },
	{ "next", "_run_next.html" },
	{ "actions", "_run_actions.html" },
	{ "about", "_run_about.html" },
	{ "panel", "_run_panel.html" },
	{ "finish", "_run_finish.html" },
	{ "artifacts", "_run_artifacts.html" },
	{ "comments", "_run_comments.html" },
};

static const struct {
	const char *key; /* of _page */
	const char *template;
} lists[] = {
	{ "outline", "_outline_entry.html" },
	{ "items", "_run_item.html" },
	{ "rollback_items", "_run_item.html" },
};

/* A place of a part in the model. */
struct slot {
	const char *name;
	struct json_object *in;
	const char *key;
};

struct maker {
	struct req *req;
	struct json_object *model;
	struct slot *slots;
	size_t count;
	struct buf text;
};

/* Renders a part from `context`, and puts it into its place. */
static enum err
make(struct maker *m, struct slot slot, const char *template,
    struct json_object *context)
{
	enum err err;

	buf_reset(&m->text);
	if ((err = reply_render(m->req, template, context, &m->text)) != ERR_OK)
		return err;
	json_set(slot.in, slot.key, html_raw(buf_text(&m->text), m->text.len));
	m->slots[m->count++] = slot;
	return ERR_OK;
}

static enum err
make_fixed(struct maker *m, struct json_object *page)
{
	struct json_object *parts = json_object_new_object();
	enum err err = ERR_OK;

	json_set(page, "parts", parts);
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		err = make(m,
		    (struct slot){ fixed[i].name, parts, fixed[i].name },
		    fixed[i].template, m->model);
		if (err != ERR_OK)
			break;
	}
	return err;
}

/* Cards that do not change for now are rendered already (fragments.h). */
static enum err
make_list(struct maker *m, struct json_object *list, const char *template)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < json_count(list); i++) {
		struct json_object *o = json_at(list, i);
		struct slot slot = { json_text(o, "name", ""), o, "html" };

		if (json_object_get_boolean(json_get(o, "is_card"))) {
			m->slots[m->count++] = slot;
			continue;
		}
		html_inherit(o, m->model);
		err = make(m, slot, template, o);
		html_inherit(o, NULL);
		if (err != ERR_OK)
			break;
	}
	return err;
}

static enum err
make_all(struct maker *m)
{
	struct json_object *page = json_get(m->model, "_page");
	size_t most = sizeof(fixed) / sizeof(fixed[0]);
	enum err err;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		most += json_count(json_get(page, lists[i].key));
	m->slots = arena_alloc(m->req->arena, most * sizeof(*m->slots));
	err = make_fixed(m, page);
	for (size_t i = 0;
	     err == ERR_OK && i < sizeof(lists) / sizeof(lists[0]); i++)
		err = make_list(
		    m, json_get(page, lists[i].key), lists[i].template);
	return err;
}

/* Takes the parts out of the model, and hashes what is left of the page. */
static enum err
take_parts(struct maker *m, struct run_parts *ret)
{
	struct buf names = { 0 };
	enum err err;

	ret->all = arena_alloc(m->req->arena, m->count * sizeof(*ret->all));
	ret->seq = json_int(m->model, "seq", 0);
	ret->view = arena_strdup(
	    m->req->arena, json_text(json_get(m->model, "_page"), "view", ""));
	for (size_t i = 0; i < m->count; i++) {
		struct slot *s = &m->slots[i];
		struct json_object *html = request_own(
		    m->req, json_object_get(json_get(s->in, s->key)));

		ret->all[i] = (struct run_part){ s->name,
			json_object_get_string(html),
			(size_t)json_object_get_string_len(html) };
		json_set(s->in, s->key, html_raw("", 0));
		buf_printf(&names, "%s\n", s->name);
	}
	json_set_int(m->model, "seq", 0);
	buf_reset(&m->text);
	err = reply_render(m->req, "_run_main.html", m->model, &m->text);
	hash_two(names.data, names.len, m->text.data, m->text.len, ret->frame);
	if (err == ERR_OK)
		ret->count = m->count;
	buf_clear(&names);
	return err;
}

enum err
run_parts_make(struct req *req, struct json_object *model)
{
	struct maker m = { .req = req, .model = model };
	enum err err = make_all(&m);

	buf_clear(&m.text);
	return err;
}

enum err
run_parts_reply(struct req *req, struct reply *reply, const char *title,
    struct json_object *model)
{
	struct maker m = { .req = req, .model = request_own(req, model) };
	enum err err;

	reply_common(req, reply, title, model);
	json_set_text(json_get(model, "_page"), "view",
	    arena_printf(req->arena, "%s %s %s", req->actor.name, req->lang,
		req->web->asset));
	if ((err = make_all(&m)) == ERR_OK)
		err = req->parts != NULL
		    ? take_parts(&m, req->parts)
		    : reply_render(req, "run.html", model, &reply->body);
	buf_clear(&m.text);
	return err;
}
