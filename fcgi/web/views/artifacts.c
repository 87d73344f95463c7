/* artifacts.c: the artifacts of a run, listed. */
#include <inttypes.h>

#include "web/views/artifacts.h"
#include "web/views/model.h"
#include "web/views/output_text.h"

static const char *
key_of(struct req *req, const char *step, int64_t n, const char *target)
{
	return arena_printf(req->arena, "%s/%" PRId64 "/%s", step, n, target);
}

static struct json_object *
artifact_model(struct req *req, int64_t run, struct rows *rows)
{
	struct json_object *o = json_object_new_object();
	bool sealed = db_int(rows, "sealed") != 0;

	model_int(o, "id", db_int(rows, "seq"));
	model_text(o, "name", db_text(rows, "name"));
	model_text(o, "step", db_text(rows, "step"));
	model_path(o, "step_path", db_text(rows, "step"));
	model_int(o, "attempt", db_int(rows, "n"));
	model_text(o, "target", db_text(rows, "target"));
	model_int(o, "bytes", db_int(rows, "bytes"));
	model_text(o, "size_text", model_size(req, db_int(rows, "bytes")));
	model_text(o, "hash", db_text(rows, "hash"));
	model_bool(o, "sealed", sealed);
	model_text(o, "url",
	    sealed ? output_text_url(req, run, db_text(rows, "step"),
			 db_int(rows, "n"), db_text(rows, "target"))
		   : arena_printf(req->arena,
			 "/runs/%" PRId64 "/artifacts/%" PRId64, run,
			 db_int(rows, "seq")));
	return o;
}

struct json_object *
artifacts_of_run(struct req *req, int64_t run, struct artifacts *a)
{
	struct rows *rows;

	if (a->list != NULL)
		return a->list;
	rows = db_query(req->web->db, STMT_WEB_ARTIFACTS, INT(run));
	a->list = request_own(req, json_object_new_array());
	a->by = request_own(req, json_object_new_object());
	while (db_next(rows)) {
		struct json_object *o = artifact_model(req, run, rows);

		json_object_array_add(a->list, o);
		json_set(a->by,
		    key_of(req, db_text(rows, "step"), db_int(rows, "n"),
			db_text(rows, "target")),
		    json_object_get(o));
	}
	db_done(rows);
	return a->list;
}

struct json_object *
artifacts_find(struct req *req, int64_t run, struct artifacts *a,
    const char *step, int64_t n, const char *target)
{
	return json_object_array_length(artifacts_of_run(req, run, a)) == 0
	    ? NULL
	    : json_get(a->by, key_of(req, step, n, target));
}
