/*
 * cmd_status.c: the state of the keeper itself.
 */
#include "base/json.h"
#include "keeper/keeper.h"

enum err
cmd_status(struct command *c)
{
	json_set_bool(c->result, "serving", true);
	return ERR_OK;
}
