/*
 * sandbox.c: the sandbox in which a text of somebody is parsed.
 *
 * The process confines itself before it reads its first byte: a program that
 * has been loaded needs no file, so that everything can be denied, where a
 * sandbox around an unknown program would have to permit what starts it.  The
 * means are redundant: namespaces with an empty root and no network, Landlock
 * without any rule, a list of the few system calls that computing needs, and
 * limits.  A container may refuse one of them, and the others hold.
 */
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/restrict.h"
#include "compile/sandbox.h"
#include "wire/compile_message.h"

#define CPU_SECONDS 6
#define MEMORY (512UL * 1024 * 1024)

#define REFUSED SCMP_ACT_ERRNO(EPERM)
#define NAMESPACES \
	(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | \
	    CLONE_NEWCGROUP)

/* clang-format off */
static const int allowed[] = {
	SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(write), SCMP_SYS(writev),
	SCMP_SYS(close), SCMP_SYS(fstat), SCMP_SYS(lseek),
	SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
	SCMP_SYS(futex), SCMP_SYS(sched_yield), SCMP_SYS(restart_syscall),
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
	SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(getrandom),
	SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(exit),
	SCMP_SYS(exit_group),
};
/* clang-format on */

static void
limit(__rlimit_resource_t what, rlim_t most)
{
	struct rlimit both = { most, most };

	(void)setrlimit(what, &both);
}

/* AddressSanitizer reserves terabytes of address space. */
static void
set_limits(void)
{
	limit(RLIMIT_CORE, 0);
	(void)setrlimit(RLIMIT_CPU,
	    &(struct rlimit){ CPU_SECONDS, CPU_SECONDS + 1 }); /* SIGXCPU */
	limit(RLIMIT_FSIZE, COMPILE_ANSWER_MOST);
	limit(RLIMIT_NPROC, 0);
	limit(RLIMIT_NOFILE, 3);
	limit(RLIMIT_MEMLOCK, 0);
	limit(RLIMIT_MSGQUEUE, 0);
#ifndef __SANITIZE_ADDRESS__
	limit(RLIMIT_AS, MEMORY);
#endif
}

/*
 * A network without devices, and an empty root.  /proc is the one folder that
 * is everywhere; an empty file system is mounted on it.
 */
static bool
enter_namespaces(void)
{
	if (unshare(NAMESPACES) != 0 &&
	    unshare(CLONE_NEWUSER | NAMESPACES) != 0)
		return false;
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	    mount("countersign", "/proc", "tmpfs",
		MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=4k") == 0 &&
	    chdir("/proc") == 0 && chroot(".") == 0;
}

static bool
deny_files(void)
{
	const struct landlock all = {
		.files = LANDLOCK_FILE | LANDLOCK_FOLDER | LANDLOCK_MAKE |
		    LANDLOCK_REFER | LANDLOCK_TRUNCATE | LANDLOCK_DEVICE,
		.net = LANDLOCK_TCP,
		.scoped = LANDLOCK_SCOPES,
	};
	int rules = landlock_open(&all);

	return rules >= 0 && landlock_enforce(rules);
}

/* Memory may be mapped and protected, but not as a program. */
static bool
allow_memory(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp data[] = {
		SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
		SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS),
	};

	return seccomp_rule_add_array(
		   filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, data) == 0 &&
	    seccomp_rule_add_array(
		filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, data) == 0;
}

static bool
filter_system_calls(void)
{
	scmp_filter_ctx filter = seccomp_init(REFUSED);
	bool ok = filter != NULL && allow_memory(filter);

	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]) && ok; i++)
		ok = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0) ==
		    0;
	ok = ok && seccomp_load(filter) == 0;
	seccomp_release(filter);
	return ok;
}

unsigned
sandbox_enter(void)
{
	unsigned means = 0;

	(void)close_range(3, ~0U, 0);
	(void)prctl(PR_SET_DUMPABLE, 0);
	if (enter_namespaces())
		means |= SANDBOX_NAMESPACES;
	(void)restrict_capabilities();
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (deny_files())
		means |= SANDBOX_LANDLOCK;
	set_limits();
	if (filter_system_calls())
		means |= SANDBOX_SECCOMP;
	return means;
}
