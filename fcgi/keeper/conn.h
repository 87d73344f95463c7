/*
 * conn.h: the connections of the keeper, and calls that wait for a child: one
 * that hashes a password, or one that compiles.
 */
#ifndef KEEPER_CONN_H
#define KEEPER_CONN_H

#include <stdbool.h>
#include <sys/types.h>

#include "keeper/plans/compile_ask.h"

struct conn {
	struct conn *next;
	int fd;
	enum channel channel;
	struct buf in;
	struct buf out;
	size_t committed; /* bytes of `out` that may be sent */
	bool closing;
	bool known;              /* it has presented its socket's secret */
	bool waiting;            /* its first frame waits for a child */
	struct compile_job *job; /* that it waits for, or has waited for */
	int jobs;                /* of this call */
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

/*
 * Takes over the job that the command wants compiled; the call waits.  False:
 * it has waited for too many.
 */
bool conn_wait_compiled(struct conn *c, struct compile_job *job);

/* Starts its child, after which conn_child() is readable. */
void conn_start_child(struct conn *c, const struct keeper *k);

/* The descriptor of its child; -1: none runs. */
int conn_child(const struct conn *c);

/* Milliseconds until conn_tick() has to be called; -1: never. */
int conn_due(const struct conn *c);

/* Ends a child that takes too long. */
void conn_tick(struct conn *c);

/* Reads the child's answer; the call continues. */
void conn_end_child(struct conn *c, struct keeper *k);

/* The call was answered. */
void conn_answered(struct conn *c);

#endif
