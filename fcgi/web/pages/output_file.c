/*
 * output_file.c: recorded files as answers.
 *
 * nginx sends the files of an open run, which grow and are read again and
 * again.  Those of a run that has ended are sent from here, wherever they are
 * stored: they are moved into its pack some time after its end, so that nginx
 * could look for one that has just been moved.
 */
#include "plan/state.h"
#include "pack/exec_file.h"
#include "web/http/send_file.h"
#include "web/pages/output_file.h"

static bool
is_open(struct req *req)
{
	struct rows *rows = db_query(
	    req->web->db, STMT_RUN_HEAD, INT(req->run));
	bool open = db_next(rows) &&
	    state_in(state_find(db_text(rows, "state")), STATES_OPEN);

	db_done(rows);
	return open;
}

enum err
output_file_send(struct req *req, struct reply *reply, const char *exec,
    const char *name, const char *type)
{
	struct exec_file_name file = { req->web->data, req->run, exec, name };
	struct exec_file *f;

	reply->cache = "private, no-cache";
	if (is_open(req))
		return reply_internal(req, reply,
		    arena_printf(req->arena, "/_exec/%s/%s", exec, name), type);
	if (exec_file_open(&file, &f) != ERR_OK)
		return fault_set(&req->fault, ERR_NOT_FOUND, "no_output", "",
		    "%s", request_text(req, "no_output"));
	send_file(req, reply, f, type);
	return ERR_OK;
}
