/*
 * project_dry_run.c: projections of actions beside the steps: dry runs, which
 * read from targets and change nothing, and typing into a terminal.
 */
#include "journal/project/project_dry_run.h"
#include "base/message.h"
#include "journal/project/project.h"

enum err
project_dry_run_requested(struct db *db, const struct event *e)
{
	return db_run(db, STMT_LOOK_ADD, TEXT(text_of(e, "exec")), INT(e->run),
	    TEXT(json_text(e->data, "step", "")), TEXT(text_of(e, "plan")),
	    TEXT(e->actor), INT(e->at), TEXT(written(e, "targets")));
}

enum err
project_dry_run_ended(struct db *db, const struct event *e)
{
	return db_run(db, STMT_LOOK_SET_ENDED, TEXT(text_of(e, "exec")),
	    INT(e->at), TEXT(message_text(e->data, "message")),
	    TEXT(written(e, "results")));
}

enum err
project_step_typed(struct db *db, const struct event *e)
{
	enum err err = db_run(db, STMT_TYPIST_ADD, INT(e->run),
	    TEXT(text_of(e, "step")), INT(json_int(e->data, "n", 0)),
	    TEXT(text_of(e, "target")), TEXT(e->actor), INT(e->at));

	return err == ERR_OK ? db_run(db, STMT_WORKER_ADD, INT(e->run),
				   TEXT(text_of(e, "step")), TEXT(e->actor))
			     : err;
}
