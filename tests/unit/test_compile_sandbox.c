/*
 * The sandbox of the compiler, from inside: a process enters it and tries what
 * a parser never needs.  Each means of the kernel is refused once, as
 * containers refuse them: the others deny the same.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "compile/sandbox.h"

#define LANDLOCK_RESTRICT_SELF 446 /* older headers have no name for it */

/* Each returns true if it was possible. */
static bool
opens_a_file(void)
{
	return open("/etc/passwd", O_RDONLY) >= 0 ||
	    open("/proc/self/mem", O_RDONLY) >= 0 || open("/", O_RDONLY) >= 0;
}

static bool
makes_a_file(void)
{
	return open("/tmp/cs-sandbox", O_WRONLY | O_CREAT, 0600) >= 0 ||
	    memfd_create("cs-sandbox", 0) >= 0;
}

static bool
connects(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = 1 };

	return socket(AF_UNIX, SOCK_STREAM, 0) >= 0 ||
	    socket(AF_INET, SOCK_DGRAM, 0) >= 0 ||
	    connect(0, (struct sockaddr *)&to, sizeof(to)) == 0;
}

static bool
forks(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid > 0;
}

static bool
executes(void)
{
	char *argv[] = { "true", NULL }, *environment[] = { NULL };

	return execve("/bin/true", argv, environment) == 0;
}

static bool
signals_others(void)
{
	return kill(getppid(), 0) == 0;
}

static bool
traces_others(void)
{
	return ptrace(PTRACE_SEIZE, getppid(), 0, 0) == 0;
}

static bool
maps_a_program(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static bool
raises_its_limits(void)
{
	struct rlimit most = { RLIM_INFINITY, RLIM_INFINITY };

	return setrlimit(RLIMIT_CPU, &most) == 0;
}

static bool
keeps_capabilities(void)
{
	return unlink("/etc/cs-no-such-file") == 0 || chown("/", 1, 1) == 0 ||
	    setuid(1) == 0;
}

/* The probes that the other means deny, if seccomp is refused. */
static const struct {
	const char *name;
	bool (*possible)(void);
	bool seccomp_alone;
} probes[] = {
	{ "opens_a_file", opens_a_file, false },
	{ "makes_a_file", makes_a_file, false },
	{ "connects", connects, false },
	{ "forks", forks, true }, /* RLIMIT_NPROC does not bind root */
	{ "executes", executes, false },
	{ "signals_others", signals_others, true },
	{ "traces_others", traces_others, true },
	{ "maps_a_program", maps_a_program, true },
	{ "raises_its_limits", raises_its_limits, false },
	{ "keeps_capabilities", keeps_capabilities, false },
};
#define PROBES (sizeof(probes) / sizeof(probes[0]))

enum {
	NAMES = SANDBOX_NAMESPACES,
	LAND = SANDBOX_LANDLOCK,
	SECC = SANDBOX_SECCOMP
};

/* Acts as a container that refuses these means to its processes. */
static void
refuse(unsigned means)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	const uint32_t no = SCMP_ACT_ERRNO(EPERM);
	int failed = filter == NULL;

	if (means & NAMES)
		failed |= seccomp_rule_add(filter, no, SCMP_SYS(unshare), 0);
	if (means & LAND)
		failed |= seccomp_rule_add(
		    filter, no, LANDLOCK_RESTRICT_SELF, 0);
	if (means & SECC)
		failed |= seccomp_rule_add(filter, no, SCMP_SYS(seccomp), 0) |
		    seccomp_rule_add(filter, no, SCMP_SYS(prctl), 1,
			SCMP_A0(SCMP_CMP_EQ, 22 /* PR_SET_SECCOMP */));
	if (failed != 0 || seccomp_load(filter) != 0)
		_exit(99);
	seccomp_release(filter);
}

/* The status of a process that tries the probe; 0: it was denied. */
static int
try_in_sandbox(bool (*possible)(void), unsigned refused)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		if (refused != 0)
			refuse(refused);
		if ((sandbox_enter() & refused) != 0)
			_exit(98);
		_exit(possible() ? 97 : 0);
	}
	assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* The means that this machine grants to a process in a sandbox. */
static unsigned
means_here(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit((int)sandbox_enter());
	assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
	assert_true(WIFEXITED(status));
	return (unsigned)WEXITSTATUS(status);
}

static void
check_all(unsigned refused, bool seccomp_holds)
{
	for (size_t i = 0; i < PROBES; i++) {
		int status;

		if (!seccomp_holds && probes[i].seccomp_alone)
			continue;
		status = try_in_sandbox(probes[i].possible, refused);
		if (status != 0)
			print_error("%s: %d, without %u\n", probes[i].name,
			    status, refused);
		assert_int_equal(status, 0);
	}
}

static void
a_parser_in_the_sandbox_can_only_compute(void **state)
{
	(void)state;
	check_all(0, (means_here() & SECC) != 0);
}

static void
a_machine_that_refuses_one_means_is_denied_by_the_others(void **state)
{
	unsigned here = means_here();

	(void)state;
	check_all(NAMES, (here & SECC) != 0);
	check_all(LAND, (here & SECC) != 0);
	check_all(NAMES | LAND, (here & SECC) != 0);
	if (here & LAND)
		check_all(SECC | NAMES, false);
	if (here & NAMES)
		check_all(SECC | LAND, false);
}

/* Nothing but limits: the program still works, and opens nothing. */
static void
a_machine_that_refuses_all_means_still_compiles(void **state)
{
	(void)state;
	assert_int_equal(try_in_sandbox(opens_a_file, NAMES | LAND | SECC), 0);
	assert_int_equal(try_in_sandbox(connects, NAMES | LAND | SECC), 0);
	assert_int_equal(
	    try_in_sandbox(raises_its_limits, NAMES | LAND | SECC), 0);
}

/* The probes are possible without the sandbox, so that they prove something. */
static void
the_probes_are_possible_outside(void **state)
{
	static bool (*const some[])(void) = { opens_a_file, makes_a_file,
		connects, forks, signals_others, maps_a_program };

	(void)state;
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		int status = 0;
		pid_t pid = fork(); /* so that its parent is this process */

		if (pid == 0)
			_exit(some[i]() ? 97 : 0);
		assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
		assert_int_equal(WEXITSTATUS(status), 97);
	}
	unlink("/tmp/cs-sandbox");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_parser_in_the_sandbox_can_only_compute),
		cmocka_unit_test(
		    a_machine_that_refuses_one_means_is_denied_by_the_others),
		cmocka_unit_test(
		    a_machine_that_refuses_all_means_still_compiles),
		cmocka_unit_test(the_probes_are_possible_outside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
