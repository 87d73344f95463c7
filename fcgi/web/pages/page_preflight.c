/* page_preflight.c: the targets of a run in the last preflight. */
#include <inttypes.h>

#include "web/views/dry_run.h"
#include "web/views/model.h"
#include "web/views/run_model.h"
#include "web/pages/page.h"

/* It has ended, counts for the plan, and found nothing that stops a step. */
static bool
is_well(struct json_object *found)
{
	return found != NULL && !json_flag(found, "is_running", false) &&
	    !json_flag(found, "is_old", false) &&
	    !json_flag(found, "has_failed", false) &&
	    json_text(found, "message", NULL) == NULL;
}

enum err
page_preflight(struct req *req, struct reply *reply)
{
	struct json_object *o, *run, *found;
	struct view *v;
	bool well, can_start;
	enum err err = view_load(req, req->run, &v);

	if (err != ERR_OK)
		return err;
	o = json_object_new_object();
	run = json_object_new_object();
	found = dry_run_preflight(v);
	well = is_well(found);
	model_int(run, "id", req->run);
	model_text(run, "title", json_text(v->run, "title", ""));
	model_text(run, "environment", json_text(v->run, "environment", ""));
	model_text(
	    o, "url", arena_printf(req->arena, "/runs/%" PRId64, req->run));
	model_put(o, "run", run);
	model_int(o, "seq", json_int(v->run, "seq", 0));
	model_bool(o, "has_targets", dry_run_has_targets(v));
	model_bool(o, "can_preflight",
	    dry_run_has_targets(v) && view_may(v, VERB_run_preflight, -1));
	model_bool(o, "is_running", json_flag(found, "is_running", false));
	model_bool(o, "is_well", well);
	can_start = (well || !dry_run_has_targets(v)) &&
	    v->lifecycle.state == STATE_READY &&
	    view_may(v, VERB_run_start, -1) &&
	    json_count(request_own(req, run_model_holders(v))) == 0;
	model_bool(o, "can_start", can_start);
	model_put(o, "preflight", found);
	return reply_model(
	    req, reply, "preflight.html", request_text(req, "preflight"), o);
}
