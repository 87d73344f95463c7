/*
 * command.h: the commands of the keeper.
 */
#ifndef KEEPER_COMMAND_H
#define KEEPER_COMMAND_H

#include "base/err.h"

struct command;

/*
 * Carries out a call: authorizes it, checks the body, runs the command. The
 * caller wraps it into a savepoint and puts c->body and c->result.
 */
enum err command_run(struct command *c);

/*
 * Records the event of a refused command, after its savepoint has been
 * released.
 */
void command_record_refusal(struct command *c);

/* ERR_INVALID with a fault if that text of the body is missing or blank. */
enum err command_words(struct command *c, const char *field);

#endif
