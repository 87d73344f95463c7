/* page_preflight.c: the targets of a run in the last preflight. */
#include <inttypes.h>

#include "web/views/dry_run.h"
#include "web/views/model.h"
#include "web/pages/page.h"

enum err
page_preflight(struct req *req, struct reply *reply)
{
	struct json_object *o, *run, *found;
	struct view *v;
	enum err err = view_load(req, req->run, &v);

	if (err != ERR_OK)
		return err;
	o = json_object_new_object();
	run = json_object_new_object();
	found = dry_run_preflight(v);
	model_int(run, "id", req->run);
	model_text(run, "title", json_text(v->run, "title", ""));
	model_text(run, "environment", json_text(v->run, "environment", ""));
	model_text(
	    o, "url", arena_printf(req->arena, "/runs/%" PRId64, req->run));
	model_put(o, "run", run);
	model_int(o, "seq", json_int(v->run, "seq", 0));
	model_bool(o, "has_targets", dry_run_has_targets(v));
	model_bool(o, "can_preflight", view_may(v, VERB_run_preflight, -1));
	model_bool(o, "is_running", json_flag(found, "is_running", false));
	model_put(o, "preflight", found);
	return reply_model(
	    req, reply, "preflight.html", request_text(req, "preflight"), o);
}
