/* program.h: the programs that `serve` starts and restarts. */
#ifndef CLI_PROGRAM_H
#define CLI_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define PROGRAM_FDS 4
#define PROGRAM_ARGS 20
#define PROGRAM_NEEDS 6

struct account;

/*
 * The first of the console's own programs that is not in the folder, or that
 * cannot be executed; NULL: all are there.
 */
const char *program_find_missing(const char *folder);

struct program {
	const char *name;
	char *path;
	char *argv[PROGRAM_ARGS];
	int fds[PROGRAM_FDS]; /* passed on, */
	int at[PROGRAM_FDS];  /* as these */
	int fds_count;
	const struct account *account;        /* its user; NULL: ours */
	const char *needs[PROGRAM_NEEDS + 1]; /* folders that it reads; the
					       * first is passed */
	const char *setting; /* "NAME=value" of its environment, or
			      * NULL */
	int stop_signal;
	bool keeps_children; /* its children outlive it */
	pid_t pid;           /* 0: not running */
	int64_t started;     /* monotonic */
	int64_t again;       /* monotonic: next start */
	int64_t pause;       /* before the next restart */
};

/*
 * Sets argv: the path and the arguments, which are copied. program_clear()
 * frees them and the path.
 */
void program_set_args(struct program *p, const char *const *args);
void program_clear(struct program *p);

/* Adds a descriptor, passed on as `at`; adds a path. */
void program_add_fd(struct program *p, int fd, int at);
void program_add_need(struct program *p, const char *path);

/*
 * Starts the program in a process group of its own; it ends with this process.
 * If it cannot be started, it is due again later.
 */
void program_start(struct program *p);

/*
 * Reaps ended programs, ends the rest of their process groups, unless they keep
 * their children, and schedules a restart, later and later if they keep ending.
 * `stopping`: without messages.
 */
void program_reap(struct program *programs, size_t count, bool stopping);

/* Asks the program to end, kills it after a while, and waits for its end. */
void program_stop(struct program *programs, size_t count, size_t which);

#endif
