/*
 * page_ui.c: each part of the pages in each of its states, for those who change
 * them.
 *
 * The parts are the templates of the pages, and the models come from the code
 * of the pages (sample.c): what is shown here is what people see.  The browser
 * test ui.js holds the boxes and styles of this page against a file.
 */
#include <string.h>

#include "base/io.h"
#include "html/render.h"
#include "web/card/card.h"
#include "web/card/card_run.h"
#include "web/http/fault_page.h"
#include "web/views/model.h"
#include "web/views/parameter_fields.h"
#include "web/views/sample.h"
#include "web/views/sample_parts.h"
#include "web/pages/page.h"
#include "web/pages/page_run.h"
#include "web/pages/run_parts.h"

#define SYMBOL "<symbol id=\""
#define ICONS_MAX (256 * 1024)

/* The names of the icons, as the file of the icons has them. */
static struct json_object *
icons(struct req *req)
{
	struct json_object *list = json_object_new_array();
	struct buf file = { 0 };
	const char *s, *end;

	if (io_read_file(arena_printf(req->arena, "%s/icons.svg",
			     req->web->static_files),
		ICONS_MAX, &file) == ERR_OK)
		for (s = buf_text(&file); (s = strstr(s, SYMBOL)) != NULL;) {
			s += strlen(SYMBOL);
			end = s + strcspn(s, "\"");
			json_object_array_add(list,
			    json_object_new_string_len(s, (int)(end - s)));
		}
	buf_clear(&file);
	return list;
}

static struct json_object *
states(struct req *req)
{
	struct json_object *list = json_object_new_array(), *o;

	for (enum state s = STATE_NONE + 1; s < STATE__MAX; s++) {
		o = json_object_new_object();
		model_state(req, o, state_word(s),
		    s == STATE_COMPLETED ? "succeeded" : NULL);
		json_object_array_add(list, o);
	}
	return list;
}

/* The fields of the sample; that of the version has an error. */
static struct json_object *
fields(struct req *req, const struct view *v)
{
	struct filling f = { .req = req };
	struct json_object *list = parameter_fields(&f, v->plan);

	json_set_text(
	    json_at(list, 0), "error", request_text(req, "value_needed"));
	return list;
}

static bool
keep_all(void *ctx, const struct item *item)
{
	(void)ctx;
	(void)item;
	return true;
}

static struct json_object *
make_card(void *ctx, int step)
{
	return card_page(ctx, step);
}

/* The template, with the run as its model; put under `key` of `row`. */
static enum err
add_html(struct req *req, struct json_object *row, const char *key,
    const char *template, struct json_object *run)
{
	struct buf text = { 0 };
	enum err err = reply_render(req, template, run, &text);

	json_set(row, key, html_raw(buf_text(&text), text.len));
	buf_clear(&text);
	return err;
}

/* Of production, whose environment has no other name. */
static struct json_object *
mark(void)
{
	struct json_object *o = json_object_new_object();

	model_text(o, "environment_more", NULL);
	return o;
}

/* A run at a moment, as page_run() has it, but for the document. */
static struct json_object *
moment(
    struct req *req, struct json_object *model, const struct sample_moment *m)
{
	struct view *v = sample_view_at(req, m);
	struct json_object *o = request_own(req, page_run_frame(v));
	struct json_object *page = json_get(o, "_page");

	model_put(o, "_", json_object_get(json_get(model, "_")));
	json_set_text(page, "url", "/ui");
	json_set_text(o, "environment_label",
	    request_text(
		req, m->is_production ? "production" : "sample_place"));
	json_set(page, "production", m->is_production ? mark() : NULL);
	json_set(page, "preflight", m->is_before ? sample_preflight(v) : NULL);
	if (m->state == STATE_PARKED)
		json_set(page, "parked", sample_parked(v));
	if (m->state == STATE_RUNNING)
		json_set_text(page, "usual_text", model_duration(req, 750000));
	json_set(page, "items", json_object_new_array());
	json_set(page, "rollback_items", json_object_new_array());
	return o;
}

/* Adds the HTML above and beside the document of a run. */
static enum err
add_moment(
    struct req *req, struct json_object *model, const struct sample_moment *m)
{
	struct json_object *run = moment(req, model, m);
	struct json_object *row = json_object_new_object(), *parts;
	enum err err = run_parts_make(req, run);

	json_object_array_add(json_get(model, "_moments"), row);
	if (err == ERR_OK)
		err = add_html(req, row, "top", "_run_top.html", run);
	if (err == ERR_OK)
		err = add_html(req, row, "outline", "_outline.html", run);
	parts = json_get(json_get(run, "_page"), "parts");
	model_put(row, "panel", json_object_get(json_get(parts, "panel")));
	model_put(row, "finish", json_object_get(json_get(parts, "finish")));
	return err;
}

static const struct sample_moment moments[] = {
	{ STATE_AWAITING_APPROVAL, NULL, true, true },
	{ STATE_READY, NULL, true, false },
	{ STATE_RUNNING, "ready", false, false },
	{ STATE_RUNNING, "running", false, true },
	{ STATE_RUNNING, "failed", false, true },
	{ STATE_RUNNING, "unknown", false, false },
	{ STATE_RUNNING, "awaiting-signature", false, false },
	{ STATE_PAUSED, "ready", false, false },
	{ STATE_PARKED, "ready", false, false },
	{ STATE_RUNNING, NULL, false, false },
	{ STATE_COMPLETED, NULL, false, false },
};
#define OUTLINED 4 /* the one whose outline is shown */

static enum err
add_moments(struct req *req, struct json_object *model)
{
	size_t count = sizeof(moments) / sizeof(moments[0]);
	struct json_object *list = json_object_new_array();
	enum err err = ERR_OK;

	model_put(model, "_moments", list);
	for (size_t i = 0; i < count && err == ERR_OK; i++)
		err = add_moment(req, model, &moments[i]);
	if (err == ERR_OK)
		model_put(model, "_outline",
		    json_object_get(
			json_get(json_at(list, OUTLINED), "outline")));
	return err;
}

/* The pages of errors, as reply_fault() makes them. */
static struct json_object *
errors(struct req *req)
{
	static const struct {
		enum err err;
		const char *code, *text;
	} all[] = {
		{ ERR_UNAUTHENTICATED, "signed_out", "sign_in_first" },
		{ ERR_FORBIDDEN, "forbidden", "refused_admin_needed" },
		{ ERR_NOT_FOUND, "not_found", "not_found" },
		{ ERR_CONFLICT, "conflict", "refused_conflict" },
		{ ERR_INVALID, "invalid", "value_needed" },
		{ ERR_INTERNAL, "internal", "page_failed" },
	};
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		(void)fault_set(&req->fault, all[i].err, all[i].code, "", "%s",
		    request_text(req, all[i].text));
		json_object_array_add(list, fault_page_model(req, all[i].err));
	}
	req->fault = (struct fault){ 0 };
	return list;
}

/* Lists with nothing in them: there is nothing, or nothing was found. */
static struct json_object *
nothing(void)
{
	struct json_object *list = json_object_new_array(), *o;

	for (int found = 0; found < 2; found++) {
		o = json_object_new_object();
		model_text(o, "q", found ? "greeter" : NULL);
		model_bool(o, "is_filtered", found);
		json_object_array_add(list, o);
	}
	return list;
}

/* The irreversible step, as its card has it. */
static struct json_object *
final_card(struct view *v)
{
	int step = runbook_cache_find_step(v->entry, "unknown");

	return step < 0 ? NULL : card_page(v, step);
}

static enum err
add_parts(struct req *req, struct json_object *model)
{
	static const char *const no[] = { "is_reading", "is_refreshed",
		"can_change", "can_rollback" };
	struct view *v = sample_view(req);
	const struct card_maker maker = { keep_all, make_card, NULL, req->lang,
		view_value, v, view_list_note };
	struct json_object *page = json_object_new_object();

	model_put(model, "parameters", fields(req, v));
	model_put(model, "runs", sample_rows(req));
	model_put(model, "errors", errors(req));
	model_put(model, "nothing", nothing());
	model_put(model, "preflight", sample_preflight(v));
	model_put(model, "timeline", sample_timeline(v));
	model_put(model, "outputs", sample_outputs(v));
	model_put(model, "tools", sample_tools(v));
	model_put(model, "final", final_card(v));
	model_text(page, "url", "/ui");
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		model_bool(page, no[i], false);
	model_put(page, "items", card_items(v->entry, &maker));
	model_put(model, "_page", page);
	return add_moments(req, model);
}

enum err
page_ui(struct req *req, struct reply *reply)
{
	struct json_object *model = request_own(req, json_object_new_object());
	enum err err;

	model_put(model, "icons", icons(req));
	model_put(model, "states", states(req));
	if (req->wants != WANTS_HTML)
		return reply_json(req, reply, json_object_get(model));
	reply_common(req, reply, request_text(req, "ui_title"), model);
	if ((err = add_parts(req, model)) != ERR_OK)
		return err;
	return reply_render(req, "ui.html", model, &reply->body);
}
