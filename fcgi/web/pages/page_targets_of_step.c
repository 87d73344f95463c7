/*
 * page_targets_of_step.c: all targets of a step, up to one of its attempts.
 *
 * Each target has its last result; those that need a person come first.  The
 * database filters them by state and name, and a page has a hundred: it stays
 * small whatever the size of the group.
 */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "html/url.h"
#include "base/err.h"
#include "plan/plan.h"
#include "journal/db.h"
#include "plan/state.h"
#include "web/card/card_targets.h"
#include "web/views/model.h"
#include "web/views/output_text.h"
#include "web/views/view_attempts.h"
#include "web/pages/page.h"

#define ROWS 100
#define MAX_RANK 5 /* of a state (STMT_WEB_HOSTS) */

/* A part of the name, or NULL without a filter. */
static const char *
name_filter(struct req *req)
{
	const char *q = request_query(req, "q");

	return *q != '\0' ? q : NULL;
}

static const char *
state_filter(struct req *req)
{
	const char *state = request_query(req, "state");

	return *state != '\0' ? state : NULL;
}

static const char *
step_url(struct req *req)
{
	return arena_printf(req->arena, "%s/attempts",
	    request_step_url(req, req->run, req->step));
}

/*
 * The page behind a target, which stood there with that rank; of NULL the
 * first one.
 */
static const char *
page_url(struct req *req, int64_t rank, const char *target)
{
	struct buf url = { 0 };
	const char *copy;

	buf_printf(&url, "%s/%" PRId64 "?", step_url(req), req->n);
	if (target != NULL) {
		buf_printf(&url, "rank=%" PRId64 "&after=", rank);
		url_put_query(&url, target);
		buf_putc(&url, '&');
	}
	buf_puts(&url, "state=");
	url_put_query(&url, request_query(req, "state"));
	buf_puts(&url, "&q=");
	url_put_query(&url, request_query(req, "q"));
	copy = arena_strdup(req->arena, buf_text(&url));
	buf_clear(&url);
	return copy;
}

/* Of a target that did not succeed: what its program said last, or NULL. */
static const char *
last_line(struct req *req, struct json_object *row)
{
	if (!state_in(state_read(row), IN(FAILED) | IN(UNKNOWN)) ||
	    json_get(row, "sealed") != NULL || json_int(row, "bytes", 0) == 0)
		return NULL;
	return output_text_last(
	    req, json_text(row, "exec", ""), json_text(row, "target", ""));
}

static struct json_object *
row_model(struct view *v, const struct view_step *s, struct json_object *row)
{
	struct req *req = v->req;
	struct json_object *o = model_object(32);
	enum state state = state_read(row);
	const char *name = json_text(row, "target", "");
	int64_t n = json_int(row, "n", 0), bytes = json_int(row, "bytes", 0);

	model_text(o, "name", name);
	model_int(o, "attempt", n);
	model_bool(o, "is_earlier", n != req->n);
	model_text(o, "state", state_word(state));
	view_put_state(v, s, o, state_word(state), json_get(row, "exit"),
	    view_is_answered(v, s, n));
	model_put(o, "exit", json_object_get(json_get(row, "exit")));
	model_text(o, "exit_text", model_exit(req, json_get(row, "exit")));
	model_text(o, "message",
	    state == STATE_SUCCEEDED
		? NULL
		: request_message(req, json_text(row, "message", NULL)));
	model_text(o, "last_line", last_line(req, row));
	model_text(o, "note",
	    state_in(state, STATES_BUSY)
		? request_message(req,
		      json_text(row,
			  json_text(row, "progress", NULL) != NULL ? "progress"
								   : "note",
			  NULL))
		: NULL);
	model_int(o, "bytes", bytes);
	model_text(o, "size_text", model_size(req, bytes));
	model_text(o, "duration_text",
	    model_between(req, json_text(row, "started_at", NULL),
		json_text(row, "ended_at", NULL)));
	model_text(o, "url",
	    state_in(state, IN(NOT_STARTED) | IN(REQUESTED))
		? NULL
		: arena_printf(
		      req->arena, "%s/%" PRId64 "/%s", step_url(req), n, name));
	return o;
}

static struct json_object *
counts_of(struct req *req, int64_t *ret_total)
{
	struct rows *rows = db_query(req->web->db, STMT_WEB_HOST_COUNTS,
	    INT(req->run), TEXT(req->step), INT(req->n));
	struct json_object *counts = request_own(req, json_object_new_object());

	*ret_total = 0;
	while (db_next(rows)) {
		json_set_int(
		    counts, db_text(rows, "state"), db_int(rows, "targets"));
		*ret_total += db_int(rows, "targets");
	}
	db_done(rows);
	return counts;
}

static void
add_rows(struct view *v, const struct view_step *s, struct json_object *o)
{
	struct req *req = v->req;
	struct json_object *list = json_object_new_array(), *row = NULL;
	const char *after = request_query(req, "after");
	struct rows *rows;
	int64_t rank = -1;
	int count = 0;

	text_int(request_query(req, "rank"), 0, MAX_RANK, &rank);
	rows = db_query(req->web->db, STMT_WEB_HOSTS, INT(req->run),
	    TEXT(req->step), INT(req->n), TEXT(state_filter(req)),
	    TEXT(name_filter(req)), INT(ROWS + 1), INT(rank), TEXT(after));
	while (db_next(rows) && count++ < ROWS) {
		row = request_own(req, db_row_json(rows));
		json_object_array_add(list, row_model(v, s, row));
	}
	db_done(rows);
	model_put(o, "hosts", list);
	model_bool(o, "has_hosts", count > 0);
	model_bool(o, "is_unmatched", count == 0);
	model_text(o, "first_url", rank >= 0 ? page_url(req, 0, NULL) : NULL);
	model_text(o, "next_url",
	    count > ROWS ? page_url(req, json_int(row, "rank", 0),
			       json_text(row, "target", ""))
			 : NULL);
}

enum err
page_targets_of_step(struct req *req, struct reply *reply)
{
	struct json_object *o, *counts;
	struct view *v;
	int64_t total;
	int i;
	enum err err = view_load(req, req->run, &v);

	if (err != ERR_OK)
		return err;
	i = runbook_cache_find_step(v->entry, req->step);
	if (i < 0 || req->n < 1 || req->n > v->steps[i].attempts)
		return fault_set(&req->fault, ERR_NOT_FOUND, "no_attempt", "",
		    "%s", request_text(req, "no_attempt"));
	o = json_object_new_object();
	counts = counts_of(req, &total);
	model_text(o, "title", view_title(v, i));
	model_text(o, "run_title", json_text(v->run, "title", ""));
	model_int(o, "run", req->run);
	model_text(o, "step", req->step);
	model_path(o, "step_path", req->step);
	model_text(
	    o, "run_url", arena_printf(req->arena, "/runs/%" PRId64, req->run));
	model_text(o, "url",
	    arena_printf(req->arena, "%s/%" PRId64, step_url(req), req->n));
	model_int(o, "attempt", req->n);
	model_bool(o, "is_running",
	    state_in(v->steps[i].state, STATES_BUSY) &&
		req->n == v->steps[i].attempts);
	model_int(o, "total", total);
	model_put(o, "counts", json_object_get(counts));
	model_put(o, "summary",
	    target_list_summary(req, counts,
		arena_printf(
		    req->arena, "%s/%" PRId64, step_url(req), req->n)));
	model_text(o, "q", request_query(req, "q"));
	model_put(o, "states",
	    model_choices(
		req, "state", host_states, request_query(req, "state")));
	model_bool(o, "is_filtered",
	    state_filter(req) != NULL || name_filter(req) != NULL);
	add_rows(v, &v->steps[i], o);
	return reply_model(req, reply, "hosts.html", view_title(v, i), o);
}
