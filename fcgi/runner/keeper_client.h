/*
 * keeper_client.h: the runner's end of the wire to the keeper.
 */
#ifndef RUNNER_KEEPER_CLIENT_H
#define RUNNER_KEEPER_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "wire/runner_message.h"

struct json_object;
struct runner;

/*
 * Sends a call to the keeper and waits.  ERR_UNAVAILABLE: it is gone (the
 * socket is closed); otherwise the error of its reply.  The caller frees the
 * reply's body, *ret_body (may be NULL).
 */
enum err keeper_ask(struct runner *r, const char *verb,
    struct json_object *body, char **ret_body);

/* The same for a message that has no answer but its error. */
enum err keeper_report(struct runner *r, enum runner_message_kind kind,
    const struct runner_message *m);

/*
 * Sends one call for each body, all at once, and waits for the replies.
 * Returns how many arrived, in order, before the keeper was gone.
 */
size_t keeper_ask_each(struct runner *r, enum runner_message_kind kind,
    struct json_object *const *bodies, size_t n, enum err *ret);

/* Connects unless connected. False: failed for now. */
bool keeper_connect(struct runner *r);

/* Reads pushed frames of the keeper; sets r->jobs. */
void keeper_read(struct runner *r);

/* After a failed call: schedules the next hello in a second. */
void runner_again(struct runner *r);

#endif
