/* idempotency.h: a run that is requested twice with one key is created once. */
#ifndef KEEPER_IDEMPOTENCY_H
#define KEEPER_IDEMPOTENCY_H

#include "keeper/keeper.h"

/*
 * The run that the account created with the Idempotency-Key of the command and
 * the same body; 0 if there is none, or no key. ERR_INVALID: the key is
 * malformed, or was used with another body.
 */
enum err idempotency_find(struct command *c, int64_t *ret_run);

/*
 * Puts the key and a hash of the body into the data of the event that creates
 * the run; nothing if the command has no key.
 */
void idempotency_put(const struct command *c, struct json_object *data);

#endif
