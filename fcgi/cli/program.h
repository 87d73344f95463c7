/*
 * program.h: the programs that `serve` starts, and starts again.
 */
#ifndef CLI_PROGRAM_H
#define CLI_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define PROGRAM_FDS 4
#define PROGRAM_ARGS 20
#define PROGRAM_NEEDS 6

struct account;

struct program {
	const char *name;
	char *path;
	char *argv[PROGRAM_ARGS];
	int fds[PROGRAM_FDS]; /* handed over, */
	int at[PROGRAM_FDS];  /* as these */
	int fds_count;
	const struct account *account;        /* whose it is; NULL: ours */
	const char *needs[PROGRAM_NEEDS + 1]; /* folders that it reads;
					       * the first is passed */
	const char *setting; /* "NAME=value" of its environment, or
			      * NULL */
	int stop_signal;
	bool keeps_children; /* they live on without it */
	pid_t pid;           /* 0: not running */
	int64_t started;     /* monotonic */
	int64_t again;       /* monotonic: when to start it */
	int64_t pause;       /* before the next restart */
};

/* Sets argv: the path and the arguments, which are copied.  Freed by
 * program_clear(), as the path is. */
void program_set_args(struct program *p, const char *const *args);
void program_clear(struct program *p);

/* One more descriptor that is handed over, as `at`; and one more path. */
void program_add_fd(struct program *p, int fd, int at);
void program_add_need(struct program *p, const char *path);

/*
 * Starts the program in a process group of its own; the end of this process
 * is its end too.  Where it cannot be started, it is due again later.
 */
void program_start(struct program *p);

/*
 * Reaps what has ended.  Of a program that has, all of its process group is
 * ended, unless it keeps its children, and it becomes due again: soon, and
 * later if it keeps ending.  `stopping`: nothing is said of it.
 */
void program_reap(struct program *programs, size_t count, bool stopping);

/* Asks the program to end, later ends it, and waits until it has. */
void program_stop(struct program *programs, size_t count, size_t which);

#endif
