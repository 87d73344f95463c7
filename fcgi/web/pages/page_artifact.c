/*
 * page_artifact.c: downloads one artifact of a run.
 *
 * A file is found by the number of its event.  It is output of a target, so a
 * browser must never show it as ours: it is always a download of bytes,
 * whatever its name, with the same headers as recorded output (no
 * sniffing, no scripts).  The file of a sealed one is a box: the page of the
 * output shows what is in it, on record.
 */
#include "web/pages/page.h"
#include "web/pages/output_file.h"
#include "web/views/output_text.h"
#include "wire/exec.h"

enum err
page_artifact(struct req *req, struct reply *reply)
{
	struct json_object *row = request_own(req,
	    db_first_json(db_query(
		req->web->db, STMT_WEB_ARTIFACT, INT(req->run), INT(req->n))));
	const char *name = json_text(row, "name", "");
	const char *target = json_text(row, "target", "");

	if (row == NULL)
		return fault_set(&req->fault, ERR_NOT_FOUND, "no_artifact", "",
		    "%s", request_text(req, "no_artifact"));
	if (json_int(row, "sealed", 0) != 0)
		return fault_set(&req->fault, ERR_FORBIDDEN, "sealed", "",
		    "refused_artifact_sealed name=%s url=%s", name,
		    output_text_url(req, req->run, json_text(row, "step", ""),
			json_int(row, "n", 0), target));
	if (json_int(row, "targets", 1) > 1)
		name = arena_printf(req->arena, "%s-%s", target, name);
	reply_header(reply, "Content-Disposition",
	    arena_printf(req->arena, "attachment; filename=\"%s\"", name));
	return output_file_send(req, reply, json_text(row, "exec", ""),
	    arena_printf(req->arena, "%s" EXEC_ARTIFACT, target),
	    "application/octet-stream");
}
