/*
 * program_run.h: runs the program `countersign`, and has what it printed.
 */
#ifndef TESTS_UNIT_PROGRAM_RUN_H
#define TESTS_UNIT_PROGRAM_RUN_H

#include "data_folder.h"

#include <fcntl.h>
#include <sys/wait.h>

/* The output and the errors of the last program. */
static char *printed, *complained;

static inline void
forget_printed(void)
{
	free(printed);
	free(complained);
	printed = complained = NULL;
}

static inline void
open_as(const char *name, int to)
{
	int fd = open(data_path(name), O_RDWR | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || dup2(fd, to) < 0)
		_exit(126);
}

/*
 * Runs it with these arguments in the data folder, `input` (or NULL) as its
 * standard input.  Its exit code; 128 and more: a signal.
 */
static inline int
run_program(const char *const *argv, const char *input)
{
	const char *path = program_path("countersign");
	char *args[20] = { (char *)(uintptr_t)path };
	int status = 0;
	pid_t pid;

	for (int i = 0; argv[i] != NULL && i < 18; i++)
		args[i + 1] = (char *)(uintptr_t)argv[i];
	data_write("in", input != NULL ? input : "");
	if ((pid = fork()) == 0) {
		int fd = open(data_path("in"), O_RDONLY);

		if (fd < 0 || dup2(fd, 0) < 0)
			_exit(126);
		setenv("LC_ALL", "C", 1);
		open_as("out", 1);
		open_as("err", 2);
		if (chdir(data_folder) == 0)
			execv(path, args);
		_exit(126);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	forget_printed();
	printed = data_read("out");
	complained = data_read("err");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

#endif
