/*
 * project_look.c: the projections of looks, which read from targets what
 * would be done there and change nothing.
 */
#include "journal/project.h"

enum err
project_look_requested(struct db *db, const struct event *e)
{
	return db_run(db, STMT_LOOK_ADD, TEXT(text_of(e, "exec")),
	    INT(e->run), TEXT(json_text(e->data, "step", "")),
	    TEXT(text_of(e, "plan")), TEXT(e->actor), INT(e->at),
	    TEXT(written(e, "targets")));
}

enum err
project_look_ended(struct db *db, const struct event *e)
{
	return db_run(db, STMT_LOOK_SET_ENDED, TEXT(text_of(e, "exec")),
	    INT(e->at), TEXT(text_of(e, "message")),
	    TEXT(written(e, "results")));
}
