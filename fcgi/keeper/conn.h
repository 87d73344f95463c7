/*
 * conn.h: the connections of the keeper, and calls that wait for a password
 * child.
 */
#ifndef KEEPER_CONN_H
#define KEEPER_CONN_H

#include <stdbool.h>
#include <sys/types.h>

#include "keeper/keeper.h"

struct conn {
	struct conn *next;
	int fd;
	enum channel channel;
	struct buf in;
	struct buf out;
	size_t committed; /* bytes of `out` that may be sent */
	bool closing;
	bool known;   /* it has presented its socket's secret */
	bool waiting; /* its first frame waits for a child */
	pid_t child;
	int child_fd; /* -1: the child is not started yet */
	char *hashed; /* output of the child */
	char *old;    /* input of the child */
	char *against;
	char *password;
};

struct conn *conn_new(int fd, enum channel channel);
void conn_free(struct conn *c);

/*
 * True if its calls are accepted: on a private socket the first one presents
 * the secret (wire/secret.h).
 */
bool conn_knows(
    struct conn *c, const struct keeper *k, const struct wire_call *call);

/* Reads the available input.  False: the other side is gone. */
bool conn_read(struct conn *c);

/* Sends pending output.  False: the other side is gone. */
bool conn_write(struct conn *c);

/* Takes over the texts that the command wants hashed; the call waits. */
void conn_wait(struct conn *c, struct command *cmd);

/* Starts the child; it answers on c->child_fd. */
void conn_start_child(struct conn *c);

/* Reads the child's answer; the call continues. */
void conn_end_child(struct conn *c);

#endif
