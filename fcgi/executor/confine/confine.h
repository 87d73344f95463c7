/* confine.h: starts restricted programs on this machine. */
#ifndef EXECUTOR_CONFINE_CONFINE_H
#define EXECUTOR_CONFINE_CONFINE_H

#include "executor/confine/confine_rights.h"
#include "executor/job_spec.h"
#include "executor/output/artifact_input.h"

/* A started program. */
struct confine_child {
	pid_t pid; /* signals for its group go to -pid */
	int fd;    /* readable: call confine_reap(); or -1 */
	bool init; /* pid is the init of its namespaces */
};

struct confine_call {
	const struct confine_who *who;
	int end_signal; /* PDEATHSIG: sent when we end */
	bool session;   /* it leads a session, else a group */
	/*
	 * A file for the program: its name and text, or NULL; and a folder of
	 * further files, or NULL.  Their paths are script_path and files_path;
	 * release them with confine_script_remove().
	 */
	const char *script_name;
	const struct buf *script;
	const char *files_name;
	const struct artifact_files *files;
	char *script_path;
	char *files_path;
	/*
	 * Called in the new process, with its rights and its view of the files;
	 * executes the program or returns, which ends the process.
	 */
	void (*become)(void *ctx, const char *script_path);
	void *ctx;
};

/*
 * For an ordinary user, makes the user namespace.  `data` is the data folder;
 * or NULL, and `exec` is the folder in it that has those of executions.  Call
 * it before secrets are in memory and before the process becomes undumpable.
 */
void confine_open(const char *data, const char *exec);

/*
 * Does before the job spec is known what is slow and depends on nothing: the
 * filters, and the libraries that know users and groups.
 */
void confine_prepare(void);

/* Sets the policy for local steps from the job spec, which must stay valid. */
void confine_job(const struct job_spec *o);

/* That policy; never NULL. */
const struct job_spec *confine_policy(void);

/* The data folder, absolute; NULL if unknown. */
const char *confine_data(void);

/* True if namespaces are possible here, as far as tested. */
bool confine_isolates(void);

/* True if the environment forbids steps on this machine; `why`. */
bool confine_forbidden(struct buf *why);

/*
 * Starts a program in its own namespaces, in which the data folder is covered;
 * without them if the machine refuses, unless the job spec requires isolation.
 * False: `why` has a sentence.
 */
bool confine_start(
    struct confine_call *call, struct confine_child *ret, struct buf *why);

/* True if the program has ended; its status is as of waitpid(2). */
bool confine_reap(struct confine_child *c, int *ret_status);

/* Waits for its end, and closes the descriptor. */
void confine_wait(struct confine_child *c, int *ret_status);
void confine_close(struct confine_child *c);

/*
 * The same view of the files for this process itself, which then reads and
 * writes local files: our working folder stays usable.  False: the machine
 * refuses and the job spec requires isolation; `why`.
 */
bool confine_view(const struct confine_who *who, struct buf *why);

/*
 * Prints which means of isolation work here, as one line of JSON.  Returns the
 * exit code of the program.
 */
int confine_print(void);

#endif
