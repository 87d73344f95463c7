/* confine_own.h: functions shared by the files of confine.c. */
#ifndef EXECUTOR_CONFINE_CONFINE_OWN_H
#define EXECUTOR_CONFINE_CONFINE_OWN_H

#include "executor/confine/confine.h"

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

/* The policy from confine_job(); never NULL. */
const struct job_spec *confine_policy(void);

/* The data folder, absolute; NULL if unknown. */
const char *confine_data(void);

/*
 * In a new mount namespace: covers all paths of the data folder, and paths that
 * lead to processes outside.  The covers are writable, for the script, until
 * cover_seal().  False: errno.
 */
bool cover_all(const char *data, uid_t uid);
bool cover_seal(void);

/*
 * In a new process, which already leads its group or session: takes the rights
 * of `who` and gives up all others.  `covered`: the data folder is covered.
 */
bool rights_take(const struct confine_who *who, bool covered);

/*
 * Starts the program below an init in namespaces; if they cannot be made, the
 * pid is -1 and errno is set.  `ret_fd` has the status when it has ended.
 */
pid_t init_start(struct confine_call *call, int *ret_fd);

/*
 * Forbids system calls that lead out of the isolation, and access to files and
 * processes of others.  False if the kernel does not support it.
 */
bool filter_system_calls(void);
bool filter_landlock(const char *data, bool covered);

#endif
