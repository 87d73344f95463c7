/*
 * The programs that serve starts: what they are given, how they end, what is
 * ended with them, and when they are started again.  Real processes.
 */
#include "data_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/program.h"

static struct program p;

/* A program of sh with that script, in the data folder. */
static void
program_of(const char *script)
{
	const char *args[] = { "-c", script, data_folder, NULL };

	p = (struct program){ .name = "tried",
		.path = mem_strdup("/bin/sh"),
		.stop_signal = SIGTERM };
	program_set_args(&p, args);
}

static int
begin(void **state)
{
	/* what a program leaves behind comes to us, to be looked at */
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	return data_begin(state);
}

static int
end(void **state)
{
	program_clear(&p);
	return data_end(state);
}

static bool
is_there(const char *name)
{
	return access(data_path(name), F_OK) == 0;
}

static void
wait_for_file(const char *name)
{
	while (!is_there(name))
		usleep(2000);
}

/* Until it has been reaped. */
static void
wait_for_end(void)
{
	while (p.pid > 0) {
		program_reap(&p, 1, true);
		usleep(2000);
	}
}

/* The number in a file that a script wrote. */
static pid_t
pid_in(const char *name)
{
	char *text = data_read(name);
	pid_t pid = (pid_t)atol(text);

	free(text);
	assert_true(pid > 1);
	return pid;
}

/* Waits until the process is gone; it may be our child by now. */
static void
is_ended(pid_t pid)
{
	while (kill(pid, 0) == 0) {
		(void)waitpid(pid, NULL, WNOHANG);
		usleep(2000);
	}
	assert_int_equal(errno, ESRCH);
}

static void
it_gets_its_descriptors_and_its_setting(void **state)
{
	char *text;
	int one, two;

	(void)state;
	data_write("one", "1");
	data_write("two", "2");
	one = open(data_path("one"), O_RDONLY | O_CLOEXEC);
	two = open(data_path("two"), O_RDONLY | O_CLOEXEC);
	program_of("cat <&3 >$0/out; cat <&4 >>$0/out; echo $HOW >>$0/out;"
		   " touch $0/done");
	p.setting = "HOW=well";
	/* in the order that overwrites one with the other, if it can */
	program_add_fd(&p, two, 3);
	program_add_fd(&p, one, 4);
	assert_int_equal(fcntl(two, F_DUPFD, 4) >= 4, 1);
	program_start(&p);
	wait_for_file("done");
	wait_for_end();
	text = data_read("out");
	assert_string_equal(text, "21well\n");
	free(text);
	close(one);
	close(two);
}

static void
what_it_leaves_behind_is_ended(void **state)
{
	pid_t left;

	(void)state;
	program_of("sleep 600 & echo $! >$0/left; mv $0/left $0/pid");
	program_start(&p);
	wait_for_end();
	left = pid_in("pid");
	is_ended(left);
}

/* The runner: steps go on without it. */
static void
the_children_of_one_that_keeps_them_live_on(void **state)
{
	pid_t left;

	(void)state;
	program_of("sleep 600 & echo $! >$0/left; mv $0/left $0/pid");
	p.keeps_children = true;
	program_start(&p);
	wait_for_end();
	left = pid_in("pid");
	assert_int_equal(kill(left, 0), 0);
	assert_int_equal(getpgid(left) != getpgid(0), 1);
	kill(left, SIGKILL);
	is_ended(left);
}

static void
one_that_keeps_ending_is_started_later_and_later(void **state)
{
	int64_t before = 0;

	(void)state;
	program_of("exit 3");
	for (int i = 0; i < 8; i++) {
		int64_t ran;

		program_start(&p);
		wait_for_end();
		ran = p.again - p.pause - p.started;
		if (ran > 1000) /* so slow may a machine be */
			before = 50;
		else if (before > 0)
			before = before < 500 ? 2 * before : 1000;
		else
			before = 50;
		assert_int_equal(p.pause, before);
	}
	/* one that ran for a while is started again at once */
	p.started = clock_monotonic() - 2000;
	p.pid = fork();
	if (p.pid == 0)
		_exit(0);
	wait_for_end();
	assert_int_equal(p.pause, 50);
}

static void
one_that_cannot_be_executed_has_ended(void **state)
{
	(void)state;
	program_of("true");
	free(p.path);
	p.argv[0] = p.path = mem_strdup("/nowhere/at-all");
	program_start(&p);
	wait_for_end();
	assert_true(p.again > p.started);
}

static void
one_that_does_not_end_when_asked_is_killed(void **state)
{
	(void)state;
	program_of("trap 'touch $0/asked' TERM; touch $0/ready;"
		   " while :; do sleep 0.02; done");
	program_start(&p);
	wait_for_file("ready");
	program_stop(&p, 1, 0);
	assert_int_equal(p.pid, 0);
	assert_true(is_there("asked"));
}

/*
 * Its own signal: nginx ends otherwise than the others.  A process that a shell
 * started in the background ignores this one; the program does not.
 */
static void
it_is_asked_in_its_own_way(void **state)
{
	(void)state;
	signal(SIGQUIT, SIG_IGN);
	program_of("trap 'touch $0/quit; exit 0' QUIT; trap 'exit 1' TERM;"
		   " touch $0/ready; while :; do sleep 0.02; done");
	p.stop_signal = SIGQUIT;
	program_start(&p);
	signal(SIGQUIT, SIG_DFL);
	wait_for_file("ready");
	program_stop(&p, 1, 0);
	assert_int_equal(p.pid, 0);
	assert_true(is_there("quit"));
}

/* serve was killed: nothing of it goes on. */
static void
it_ends_with_the_process_that_started_it(void **state)
{
	pid_t parent, child;
	int status;

	(void)state;
	program_of("trap 'touch $0/ended; exit 0' TERM; echo $$ >$0/mine;"
		   " mv $0/mine $0/pid; while :; do sleep 0.02; done");
	parent = fork();
	if (parent == 0) {
		program_start(&p);
		for (;;)
			pause();
	}
	wait_for_file("pid");
	child = pid_in("pid");
	kill(parent, SIGKILL);
	assert_int_equal(waitpid(parent, &status, 0), parent);
	wait_for_file("ended");
	is_ended(child);
}

/* An upgrade that was made in half: it is said before anything is started. */
static void
each_program_of_the_console_is_looked_for(void **state)
{
	static const char *const names[] = { "countersign-runner",
		"countersign-keeper", "countersign-web", "countersign-compile",
		"countersign-pack", "countersign-executor",
		"countersign-executor-clients" };

	(void)state;
	program_of("true"); /* what the fixture clears */
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_string_equal(
		    program_find_missing(data_folder), names[i]);
		data_write(names[i], "");
		assert_int_equal(chmod(data_path(names[i]), 0700), 0);
	}
	assert_null(program_find_missing(data_folder));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define ONE(test) cmocka_unit_test_setup_teardown(test, begin, end)
		ONE(it_gets_its_descriptors_and_its_setting),
		ONE(what_it_leaves_behind_is_ended),
		ONE(the_children_of_one_that_keeps_them_live_on),
		ONE(one_that_keeps_ending_is_started_later_and_later),
		ONE(one_that_cannot_be_executed_has_ended),
		ONE(one_that_does_not_end_when_asked_is_killed),
		ONE(it_is_asked_in_its_own_way),
		ONE(it_ends_with_the_process_that_started_it),
		ONE(each_program_of_the_console_is_looked_for),
	};

	return cmocka_run_group_tests_name("cli/program", tests, NULL, NULL);
}
