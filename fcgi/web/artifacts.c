/*
 * artifacts.c: the outputs that a run has kept, listed and downloaded.
 *
 * A file is found by the number of the event that recorded it.  It is what a
 * target said, so a browser must never show it as anything of ours: it is
 * always a download of bytes, whatever its name says, and nginx adds to it
 * what it adds to recorded output (no sniffing, no scripts).
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "web/artifacts.h"
#include "web/model.h"
#include "web/page.h"
#include "wire/exec.h"

static const char *
key_of(struct view *v, const char *step, int64_t n, const char *target)
{
	return arena_printf(v->req->arena, "%s/%" PRId64 "/%s", step, n,
	    target);
}

static struct json_object *
artifact_model(struct view *v, struct rows *rows)
{
	struct json_object *o = json_object_new_object();

	model_int(o, "id", db_int(rows, 0));
	model_text(o, "name", db_text(rows, 1));
	model_text(o, "step", db_text(rows, 2));
	model_int(o, "attempt", db_int(rows, 3));
	model_text(o, "target", db_text(rows, 4));
	model_int(o, "bytes", db_int(rows, 5));
	model_text(o, "size_text", model_size(v->req, db_int(rows, 5)));
	model_text(o, "hash", db_text(rows, 6));
	model_text(o, "url", arena_printf(v->req->arena, "/runs/%" PRId64
	    "/artifacts/%" PRId64, v->life.id, db_int(rows, 0)));
	return o;
}

static void
load(struct view *v)
{
	struct rows *rows = db_query(v->req->web->db, STMT_WEB_ARTIFACTS,
	    INT(v->life.id));

	v->artifacts = request_own(v->req, json_object_new_array());
	v->artifacts_by = request_own(v->req, json_object_new_object());
	while (db_next(rows)) {
		struct json_object *o = artifact_model(v, rows);

		json_object_array_add(v->artifacts, o);
		json_set(v->artifacts_by, key_of(v, db_text(rows, 2),
		    db_int(rows, 3), db_text(rows, 4)), json_object_get(o));
	}
	db_done(rows);
}

struct json_object *
artifacts_of_run(struct view *v)
{
	if (v->artifacts == NULL)
		load(v);
	return v->artifacts;
}

struct json_object *
artifacts_find(struct view *v, const char *step, int64_t n,
    const char *target)
{
	if (v->artifacts == NULL)
		load(v);
	return json_object_array_length(v->artifacts) == 0 ? NULL :
	    json_get(v->artifacts_by, key_of(v, step, n, target));
}

enum err
page_artifact(struct req *req, struct reply *reply)
{
	struct json_object *row = request_own(req, db_first_json(db_query(
	    req->web->db, STMT_WEB_ARTIFACT, INT(req->run), INT(req->n))));
	const char *name = json_text(row, "name", "");
	const char *target = json_text(row, "target", "");

	if (row == NULL)
		return fault_set(&req->fault, ERR_NOT_FOUND, "no_artifact", "",
		    "%s", request_text(req, "no_artifact",
		    "Nothing of that number was kept in this run."));
	if (json_int(row, "targets", 1) > 1)
		name = arena_printf(req->arena, "%s-%s", target, name);
	reply->cache = "private, no-cache";
	reply_header(reply, "Content-Disposition", arena_printf(req->arena,
	    "attachment; filename=\"%s\"", name));
	return reply_internal(req, reply, arena_printf(req->arena,
	    "/_exec/%s/%s" EXEC_KEPT, json_text(row, "exec", ""), target),
	    "application/octet-stream");
}
