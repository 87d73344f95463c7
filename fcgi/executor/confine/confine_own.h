/*
 * confine_own.h: what the parts of confine.c share.
 */
#ifndef EXECUTOR_CONFINE_CONFINE_OWN_H
#define EXECUTOR_CONFINE_CONFINE_OWN_H

#include "executor/confine/confine.h"

/* What protects; tests switch one off at a time (confine_without()). */
enum confine_means {
	CONFINE_NAMESPACES = 1 << 0,
	CONFINE_ACCOUNT = 1 << 1,
	CONFINE_LANDLOCK = 1 << 2,
	CONFINE_SECCOMP = 1 << 3,
	CONFINE_EVERYTHING = 1 << 4, /* all of them, and root's user
				      * is root's */
};

/* Those that a build with sanitizers was told to leave out; else none. */
unsigned confine_without(void);

/* What confine_job() was told; never NULL. */
const struct job_spec *confine_policy(void);

/* The data folder, absolute; NULL where none is known. */
const char *confine_data(void);

/*
 * In a new mount namespace: covers the data folder by whatever path it can
 * be reached, and what leads to processes outside.  The covers are writable,
 * for the script, until cover_seal().  False: errno.
 */
bool cover_all(const char *data, uid_t uid);
bool cover_seal(void);

/*
 * In a new process, which leads its group or session already: takes the
 * rights of `who` and nothing else.  `covered`: the data folder is.
 */
bool rights_take(const struct confine_who *who, bool covered);

/*
 * Starts the program behind an init in namespaces; its failure to make them
 * is errno and a pid of -1.  `ret_fd` has the status once it has ended.
 */
pid_t init_start(struct confine_call *call, int *ret_fd);

/* Forbids system calls that lead out, and reaching files and processes that
 * are not the program's.  False where the kernel has no such means. */
bool filter_system_calls(void);
bool filter_landlock(const char *data, bool covered);
int filter_landlock_version(void);

#endif
