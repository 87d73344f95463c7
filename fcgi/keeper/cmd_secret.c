/*
 * cmd_secret.c: named secrets, and the keeper's own state.
 */
#include "base/text.h"
#include "journal/event.h"
#include "keeper/keeper.h"
#include "keeper/seal.h"

static enum err
check_secret_name(struct command *c)
{
	if (text_is_id(json_text(c->body, "name", "")))
		return ERR_OK;
	return fault_set(&c->fault, ERR_INVALID, "bad_name", "name",
	    "A secret's name has letters, digits, dots, dashes and "
	    "underscores, 64 at most.");
}

static enum err
record(struct command *c, const char *kind)
{
	struct json_object *data = json_object_new_object();

	json_set_text(data, "name", json_text(c->body, "name", ""));
	return event_append(c->keeper->db, 0, EVENT_ANY_SEQ, c->actor.name,
	    kind, data);
}

enum err
cmd_secret_set(struct command *c)
{
	struct buf box = {0};
	enum err err = check_secret_name(c);

	if (err != ERR_OK)
		return err;
	err = seal_text(c->keeper->data_dir, json_text(c->body, "value", ""),
	    &box);
	if (err == ERR_UNAVAILABLE)
		return fault_set(&c->fault, err, "no_runner_key", NULL,
		    "The runner has not made its key yet: start the console "
		    "once with `countersign serve`.");
	if (err == ERR_OK)
		err = db_run(c->keeper->db, STMT_SEALED_SET, INT(0),
		    TEXT(json_text(c->body, "name", "")),
		    BLOB(box.data, box.len));
	if (err == ERR_OK)
		err = record(c, "secret.set");
	buf_clear(&box);
	return err;
}

enum err
cmd_secret_delete(struct command *c)
{
	enum err err = check_secret_name(c);

	if (err == ERR_OK)
		err = db_run(c->keeper->db, STMT_SEALED_DELETE, INT(0),
		    TEXT(json_text(c->body, "name", "")));
	if (err == ERR_OK && db_changes(c->keeper->db) == 0)
		return fault_set(&c->fault, ERR_NOT_FOUND, "no_such_secret",
		    "name", "There is no secret of that name.");
	return err == ERR_OK ? record(c, "secret.deleted") : err;
}

enum err
cmd_status(struct command *c)
{
	json_set_bool(c->result, "serving", true);
	return ERR_OK;
}
