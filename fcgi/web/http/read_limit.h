/*
 * read_limit.h: what a request may take from the database.
 *
 * SQLite asks while a statement runs.  It ends a statement of a client that has
 * gone, or of a request that takes too long.  A search that turns out to look
 * at many rows goes on only if no other worker is in one.
 */
#ifndef WEB_HTTP_READ_LIMIT_H
#define WEB_HTTP_READ_LIMIT_H

#include <stdbool.h>

#include "base/err.h"

struct db;
struct read_limit;

/* Before the workers are forked: they share the turn of searches. */
struct read_limit *read_limit_new(void);
void read_limit_free(struct read_limit *l);

/* The database asks from now on. */
void read_limit_watch(struct read_limit *l, struct db *db);

/* A request begins; its client, or -1: it goes on without the client. */
void read_limit_begin(struct read_limit *l, int client);

/* True: nobody waits for the answer. */
bool read_limit_is_gone(const struct read_limit *l);

/*
 * The statements from here on are a search, until it has been found; an index
 * has what it looks for, or at least no text is compared row by row.
 */
void read_limit_search(struct read_limit *l, bool has_index);
void read_limit_found(struct read_limit *l);

/*
 * The key of the message why a statement of this request was ended, and its
 * error; NULL: none was, or nobody waits for the answer.
 */
const char *read_limit_ended(const struct read_limit *l, enum err *ret_err);

#endif
