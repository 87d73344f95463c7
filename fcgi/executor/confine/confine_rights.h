/* confine_rights.h: the user and the rights of a program on this machine. */
#ifndef EXECUTOR_CONFINE_CONFINE_RIGHTS_H
#define EXECUTOR_CONFINE_CONFINE_RIGHTS_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"

#define CONFINE_GROUPS 64
#define CONFINE_USER_NAME "countersign-local" /* `make users` */

/* The rights of a step on this machine. */
struct confine_who {
	char *user;
	char *home;
	uid_t uid;
	gid_t gid;
	gid_t groups[CONFINE_GROUPS];
	int groups_count;
	bool changes; /* not ours: set before the program starts */
	bool whole;   /* root, as local: {user: root} requests */
};

/* Means of isolation; tests disable one at a time (confine_without()). */
enum confine_means {
	CONFINE_NAMESPACES = 1 << 0,
	CONFINE_ACCOUNT = 1 << 1,
	CONFINE_LANDLOCK = 1 << 2,
	CONFINE_SECCOMP = 1 << 3,
	CONFINE_EVERYTHING = 1 << 4, /* all of them, and root's user is root */
};

/* Those that a build with sanitizers was told to leave out; else none. */
unsigned confine_without(void);

/* Once, before the namespaces of this process change. */
void confine_rights_open(void);

/*
 * Chooses the rights of a step on this machine: its user= (or NULL), that of
 * the environment, countersign-local, or ours if we are not root.  False: it
 * may not be executed, and `why` has a sentence.  Free with
 * confine_who_clear().
 */
bool confine_choose(const char *user, struct confine_who *ret, struct buf *why);
void confine_who_clear(struct confine_who *who);

/*
 * In a new process, which already leads its group or session: takes the rights
 * of `who` and gives up all others.  `covered`: the data folder is covered.
 */
bool rights_take(const struct confine_who *who, bool covered);

/* Takes the rights of another user to files, and restores our own. */
void confine_files_as(const struct confine_who *who);
void confine_files_own(void);

#endif
