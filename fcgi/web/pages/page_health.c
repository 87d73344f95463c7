/* page_health.c: health and metrics, for machines. */
#include <inttypes.h>

#include "web/pages/page.h"

/* Any answer: alive.  200: ready, the database can be read. */
enum err
page_healthz(struct req *req, struct reply *reply)
{
	struct json_object *model = json_object_new_object();
	bool ready = req->web->db != NULL;

	reply->status = ready ? 200 : 503;
	json_set_text(model, "status", ready ? "ok" : "starting");
	return reply_json(req, reply, model);
}

/* Counts only, so that a collector needs no account. */
enum err
page_metrics(struct req *req, struct reply *reply)
{
	struct rows *rows;

	if (req->web->db == NULL)
		return ERR_UNAVAILABLE;
	buf_puts(&reply->body,
	    "# HELP countersign_runs_open Runs that have "
	    "not ended, by state.\n# TYPE countersign_runs_open gauge\n");
	rows = db_query(req->web->db, STMT_WEB_METRICS);
	while (db_next(rows))
		buf_printf(&reply->body,
		    "countersign_runs_open{state=\"%s\"} "
		    "%" PRId64 "\n",
		    db_text(rows, "state"), db_int(rows, "runs"));
	db_done(rows);
	reply->type = "text/plain; version=0.0.4; charset=utf-8";
	return ERR_OK;
}
