/* openssh.h: the system's ssh, as a client. */
#ifndef EXECUTOR_SSH_OPENSSH_H
#define EXECUTOR_SSH_OPENSSH_H

#include <sys/types.h>

#include "executor/confine/confine.h"
#include "executor/ssh/ssh_client.h"

struct openssh {
	struct ssh_conn conn;
	char *known_hosts; /* a file with the pinned key alone */
	/* of the present call */
	struct confine_child child;
	int fds[3]; /* our ends: input, output, error */
	size_t sent;
	struct buf errors; /* the end of standard error */
	bool subsystem;    /* the command names a subsystem */
	bool opening;      /* the command does nothing but log in */
};

/*
 * In a child, with its descriptors in place: executes ssh, which runs the
 * command, or, if `forward` is not NULL, forwards as with -L.
 */
void openssh_become(const struct openssh *s, const char *forward,
    const char *command) __attribute__((noreturn));

/*
 * SSH_DROPPED or SSH_LOST, according to ssh's error messages.  If ssh does no
 * more than log in (`opening`), a connection that was closed was dropped; else
 * its command may have run, also where ssh exits without a word.
 */
enum ssh_result openssh_result(const char *errors, bool opening);

/*
 * Starts ssh (sh for ssh_conn_local) with three pipes; ret_fds are our ends, of
 * which the caller closes those that are not -1.  False: `why` may have a
 * sentence.
 */
bool openssh_start(const struct openssh *s, bool subsystem, const char *command,
    int ret_fds[3], struct confine_child *ret, struct buf *why);

#endif
