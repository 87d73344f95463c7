/* page_timeline.c: what took how long in a run, and when it will end. */
#include <inttypes.h>

#include "web/pages/page.h"
#include "web/run/bars.h"
#include "web/run/expected.h"
#include "web/views/model.h"
#include "web/views/view.h"

enum err
page_timeline(struct req *req, struct reply *reply)
{
	struct json_object *o;
	struct view *v;
	enum err err = view_load(req, req->run, &v);

	if (err != ERR_OK)
		return err;
	o = json_object_new_object();
	model_int(o, "run", req->run);
	model_text(o, "run_title", json_text(v->run, "title", ""));
	model_text(
	    o, "run_url", arena_printf(req->arena, "/runs/%" PRId64, req->run));
	model_bool(o, "is_live",
	    json_get(v->run, "started_at") != NULL &&
		json_get(v->run, "ended_at") == NULL);
	model_text(o, "started_at", json_text(v->run, "started_at", NULL));
	model_text(o, "elapsed_text",
	    model_between(req, json_text(v->run, "started_at", NULL),
		json_text(v->run, "ended_at", NULL)));
	expected_add(v, o);
	bars_add(v, o);
	return reply_model(req, reply, "timeline.html",
	    request_text(req, "timeline_title"), o);
}
