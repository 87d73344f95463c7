/*
 * confine.h: how a program on this machine is started, and as whom.
 */
#ifndef EXECUTOR_CONFINE_CONFINE_H
#define EXECUTOR_CONFINE_CONFINE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"
#include "executor/job_spec.h"

#define CONFINE_GROUPS 64
#define CONFINE_USER_NAME "countersign-local" /* `make users` */

/* Whose rights a step of this machine has. */
struct confine_who {
	char *user;
	char *home;
	uid_t uid;
	gid_t gid;
	gid_t groups[CONFINE_GROUPS];
	int groups_count;
	bool changes; /* not ours: taken before the program starts */
	bool whole;   /* root, as local: {user: root} asks for */
};

/* A program that was started. */
struct confine_child {
	pid_t pid; /* signals for its group go to -pid */
	int fd;    /* readable: look with confine_reap(); or -1 */
	bool init; /* pid is the init of its namespaces */
};

struct confine_call {
	const struct confine_who *who;
	int end_signal; /* what our own end does to it */
	bool session;   /* it leads one, else a group */
	/* A file for the program: its name and text, or NULL.  Where it is
	 * is in script_path; release it with confine_remove_script(). */
	const char *script_name;
	const struct buf *script;
	char *script_path;
	/* Called in the new process, with its rights and its view of the
	 * files; becomes the program or returns, which ends the process. */
	void (*become)(void *ctx, const char *script_path);
	void *ctx;
};

/*
 * Started as a plain user, makes the user namespace.  `data` is the data
 * folder, or NULL where the working folder is that of an execution in it.
 * Before secrets are in memory, and before others may not look into it.
 */
void confine_open(const char *data);

/* What the order says of steps on this machine; it is kept by the caller. */
void confine_job(const struct job_spec *o);

/* True where namespaces can be made here, as far as has been tried. */
bool confine_isolates(void);

/* True where the environment forbids steps on this machine; `why`. */
bool confine_forbidden(struct buf *why);

/*
 * Whose rights a step of this machine has: its user= (or NULL), that of the
 * environment, countersign-local, or ours where we are no root.  False: it
 * may not be executed, and `why` has a sentence.  Free with
 * confine_who_clear().
 */
bool confine_choose(const char *user, struct confine_who *ret, struct buf *why);
void confine_who_clear(struct confine_who *who);

/*
 * Starts a program in namespaces of its own, in which the data folder is
 * covered; where the machine refuses these, without, unless the order says
 * that it has to be isolated.  False: `why` has a sentence.
 */
bool confine_start(
    struct confine_call *call, struct confine_child *ret, struct buf *why);

/* Once it has ended: where the script stood is removed. */
void confine_remove_script(struct confine_call *call);

/* True where the program has ended; its status is as of waitpid(2). */
bool confine_reap(struct confine_child *c, int *ret_status);

/* Waits for that, and closes the descriptor. */
void confine_wait(struct confine_child *c, int *ret_status);
void confine_close(struct confine_child *c);

/*
 * The same view of the files for this process itself, which then reads and
 * writes files of this machine: our working folder stays usable.  False:
 * the machine refuses, the order says that it must not be so; `why`.
 */
bool confine_view(const struct confine_who *who, struct buf *why);

/* The rights to files of somebody else, and our own again. */
void confine_files_as(const struct confine_who *who);
void confine_files_own(void);

/* Prints what of the isolation works here, as one line of JSON; the exit
 * code of the program. */
int confine_print(void);

#endif
