/* artifacts.c: the artifacts of a run. */
#include <inttypes.h>

#include "web/views/artifacts.h"
#include "web/views/model.h"
#include "web/views/output_text.h"
#include "web/views/view.h"

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
	if (req->wants == WANTS_HTML)
		model_text(o, "hash_short",
		    arena_printf(req->arena, "%.8s", db_text(rows, "hash")));
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
artifacts_of_run(struct view *v, int64_t before, int64_t *ret_earlier)
{
	struct rows *rows = db_query(v->req->web->db, STMT_WEB_ARTIFACTS_BELOW,
	    INT(v->lifecycle.id), INT(before), INT(ARTIFACTS_MOST + 1));
	struct json_object *found[ARTIFACTS_MOST], *list;
	int n = 0, all = 0;

	while (db_next(rows))
		if (all++ < ARTIFACTS_MOST)
			found[n++] = artifact_model(
			    v->req, v->lifecycle.id, rows);
	db_done(rows);
	*ret_earlier = all > n ? json_int(found[n - 1], "id", 0) : 0;
	list = json_object_new_array();
	while (n > 0)
		json_object_array_add(list, found[--n]);
	return list;
}

struct json_object *
artifacts_find(struct view *v, const char *step, int64_t n, const char *target)
{
	struct rows *rows = db_query(v->req->web->db, STMT_WEB_ARTIFACT_OF,
	    INT(v->lifecycle.id), TEXT(step), INT(n), TEXT(target));
	struct json_object *o = NULL;

	if (db_next(rows))
		o = artifact_model(v->req, v->lifecycle.id, rows);
	db_done(rows);
	return o;
}
