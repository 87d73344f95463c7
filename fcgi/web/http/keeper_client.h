/* keeper_client.h: the connection of a worker to the keeper. */
#ifndef WEB_HTTP_KEEPER_CLIENT_H
#define WEB_HTTP_KEEPER_CLIENT_H

#include "base/err.h"
#include "wire/wire.h"

struct keeper_client;

/* Connects to DATA/run/keeper.sock on first use. */
struct keeper_client *keeper_client_new(const char *data);
void keeper_client_free(struct keeper_client *k);

/*
 * Sends the call, with an id of its own, and waits for the reply, whose texts
 * are valid until the next call. ERR_UNAVAILABLE: there is no keeper, and
 * nothing was sent. ERR_IO: the connection broke, or no answer came in time:
 * the outcome is unknown.
 */
enum err keeper_client_ask(
    struct keeper_client *k, struct wire_call *call, struct wire_reply *ret);

#endif
