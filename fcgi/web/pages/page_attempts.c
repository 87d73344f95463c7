/*
 * page_attempts.c: the attempts of a step, as many at a time as its card shows,
 * newest first.  A page begins below the first attempt of the page before.
 */
#include <inttypes.h>

#include "base/text.h"
#include "web/card/card_attempt.h"
#include "web/pages/page.h"
#include "web/views/model.h"
#include "web/views/view.h"
#include "web/views/view_attempts.h"

/* "Attempts 4901 to 4950 of 5000", or that there are none. */
static const char *
range(struct req *req, const struct view_step *s)
{
	int64_t first, last;

	if (s->tries == NULL)
		return request_text(req, "attempts_none");
	first = json_int(json_at(s->tries, 0), "n", 0);
	last = first + (int64_t)json_count(s->tries) - 1;
	return request_fill(req, "attempts_range", "first",
	    arena_printf(req->arena, "%" PRId64, first), "last",
	    arena_printf(req->arena, "%" PRId64, last), "count",
	    arena_printf(req->arena, "%" PRId64, s->attempts), NULL);
}

/* The members of the page that the template _attempt reads. */
static struct json_object *
page_part(const char *url)
{
	struct json_object *o = json_object_new_object();

	model_text(o, "url", url);
	model_bool(o, "is_refreshed", false);
	return o;
}

enum err
page_attempts(struct req *req, struct reply *reply)
{
	const char *url = arena_printf(req->arena, "/runs/%" PRId64, req->run);
	struct json_object *o;
	struct view *v;
	int i;
	enum err err = view_load(req, req->run, &v);

	if (err != ERR_OK)
		return err;
	i = runbook_cache_find_step(v->entry, req->step);
	if (i < 0 || v->steps[i].part == PART_NONE)
		return fault_set(&req->fault, ERR_NOT_FOUND, "no_attempt", "",
		    "%s", request_text(req, "no_attempt"));
	text_int(request_query(req, "before"), 1, INT64_MAX, &v->below);
	o = json_object_new_object();
	model_text(o, "title", view_title(v, i));
	model_text(o, "run_title", json_text(v->run, "title", ""));
	model_int(o, "run", req->run);
	model_text(o, "run_url", url);
	model_text(o, "id", req->step);
	model_path(o, "path", req->step);
	model_int(o, "total", v->steps[i].attempts);
	model_put(o, "attempts",
	    req->wants == WANTS_HTML ? card_attempts_page(v, i)
				     : card_attempts_json(v, i));
	model_text(o, "range_text", range(req, &v->steps[i]));
	model_text(o, "first_url",
	    v->below == INT64_MAX
		? NULL
		: arena_printf(req->arena, "%s/attempts",
		      request_step_url(req, req->run, req->step)));
	model_text(o, "next_url", view_earlier_url(v, i));
	model_put(o, "_page", page_part(url));
	return reply_model(req, reply, "attempts.html", view_title(v, i), o);
}
