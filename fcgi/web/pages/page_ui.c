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
#include "web/card/card.h"
#include "web/card/card_run.h"
#include "web/views/model.h"
#include "web/views/parameter_fields.h"
#include "web/views/sample.h"
#include "web/pages/page.h"

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

	json_set_text(json_object_array_get_idx(list, 0), "error",
	    request_text(req, "value_needed"));
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

enum err
page_ui(struct req *req, struct reply *reply)
{
	static const char *const no[] = { "is_reading", "is_refreshed",
		"can_change", "can_rollback" };
	struct view *v = sample_view(req);
	const struct card_maker maker = { keep_all, make_card, NULL, req->lang,
		view_value, v, view_list_note };
	struct json_object *model = json_object_new_object();
	struct json_object *page = json_object_new_object();

	model_put(model, "icons", icons(req));
	model_put(model, "states", states(req));
	model_put(model, "parameters", fields(req, v));
	model_put(model, "runs", sample_rows(req));
	model_text(page, "url", "/ui");
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		model_bool(page, no[i], false);
	model_put(page, "items", card_items(v->entry, &maker));
	model_put(model, "_page", page);
	return reply_model(
	    req, reply, "ui.html", request_text(req, "ui_title"), model);
}
