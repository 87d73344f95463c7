/*
 * confine_filter.c: kernel filters of a program on this machine, in addition to
 * its namespaces and its user.
 *
 * seccomp refuses the system calls that change the view of the files, make
 * namespaces, inspect other processes or load code into the kernel.  Landlock
 * restricts signals and abstract sockets to the program and its children, and
 * denies the data folder if that denies nothing else: it allows the siblings of
 * each folder on the path, so files created later in such a folder could not be
 * opened.  So it is used only if the program cannot create files there.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/mem.h"
#include "executor/confine/confine_own.h"

#define REFUSED SCMP_ACT_ERRNO(EPERM)

#ifndef __NR_landlock_create_ruleset
#define __NR_landlock_create_ruleset 444
#define __NR_landlock_add_rule 445
#define __NR_landlock_restrict_self 446
#endif

/* From linux/landlock.h, which may be older than the kernel. */
struct ruleset {
	uint64_t fs;
	uint64_t net;
	uint64_t scoped;
};
struct beneath_rule {
	uint64_t allowed;
	int32_t parent;
} __attribute__((packed));

/* Execute, write, read: the rights to files. */
#define FS_FILE ((1u << 0) | (1u << 1) | (1u << 2))
#define FS_MAKE (0x1ffu << 4)  /* remove and make */
#define FS_REFER (1u << 13)    /* since version 2 */
#define FS_TRUNCATE (1u << 14) /* since version 3 */
#define SCOPES 3u              /* abstract sockets and signals; version 6 */

/* clang-format off */
static const char *const refused[] = {
	"mount", "umount", "umount2", "pivot_root", "setns", "unshare",
	"open_tree", "move_mount", "fsopen", "fsconfig", "fsmount", "fspick",
	"mount_setattr", "ptrace", "process_vm_readv", "process_vm_writev",
	"process_madvise", "pidfd_getfd", "kcmp", "bpf", "perf_event_open",
	"userfaultfd", "keyctl", "add_key", "request_key", "kexec_load",
	"kexec_file_load", "init_module", "finit_module", "delete_module",
	"open_by_handle_at", "name_to_handle_at", "io_uring_setup",
	"io_uring_enter", "io_uring_register", "iopl", "ioperm", "swapon",
	"swapoff", "reboot", "acct", "quotactl", "quotactl_fd",
};
/* clang-format on */

#define NAMESPACES \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | \
	    CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

/*
 * clone3 has its flags in memory, where no filter can read them: without it,
 * glibc uses clone.
 */
static bool
add_rules(scmp_filter_ctx filter)
{
	static const unsigned long inputs[] = { TIOCSTI, TIOCLINUX };
	bool ok = true;

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		int number = seccomp_syscall_resolve_name(refused[i]);

		if (number != __NR_SCMP_ERROR)
			ok &= seccomp_rule_add(filter, REFUSED, number, 0) == 0;
	}
	for (int bit = 0; bit < 32; bit++)
		if ((NAMESPACES & (1u << bit)) != 0)
			ok &= seccomp_rule_add(filter, REFUSED, SCMP_SYS(clone),
				  1,
				  SCMP_A0(SCMP_CMP_MASKED_EQ, 1u << bit,
				      1u << bit)) == 0;
	ok &= seccomp_rule_add(
		  filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0;
	for (size_t i = 0; i < 2; i++)
		ok &= seccomp_rule_add(filter, REFUSED, SCMP_SYS(ioctl), 1,
			  SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffff, inputs[i])) ==
		    0;
	return ok;
}

bool
filter_system_calls(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	bool ok;

	if (filter == NULL)
		return false;
#ifdef __x86_64__
	(void)seccomp_arch_add(filter, SCMP_ARCH_X86);
	(void)seccomp_arch_add(filter, SCMP_ARCH_X32);
#endif
	(void)seccomp_attr_set(
	    filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS));
	ok = add_rules(filter) && seccomp_load(filter) == 0;
	seccomp_release(filter);
	return ok;
}

int
filter_landlock_version(void)
{
	long version = syscall(__NR_landlock_create_ruleset, NULL, 0, 1);

	return version > 0 ? (int)version : 0;
}

static void
allow(int rules, int folder, const char *name, uint64_t rights)
{
	struct beneath_rule rule = { .allowed = rights };
	struct stat st;
	int fd = openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && !S_ISLNK(st.st_mode)) {
		if (!S_ISDIR(st.st_mode))
			rule.allowed &= FS_FILE | FS_TRUNCATE;
		rule.parent = fd;
		(void)syscall(__NR_landlock_add_rule, rules, 1, &rule, 0);
	}
	close(fd);
}

/* All entries of the folder except `except`. */
static void
allow_others(int rules, const char *folder, const char *except, size_t len,
    uint64_t rights)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL)
		if (strcmp(e->d_name, ".") != 0 &&
		    strcmp(e->d_name, "..") != 0 &&
		    (strlen(e->d_name) != len ||
			strncmp(e->d_name, except, len) != 0))
			allow(rules, fd, e->d_name, rights);
	if (d != NULL)
		closedir(d);
	else if (fd >= 0)
		close(fd);
}

/*
 * Calls the function for each folder on the path to `data`; true if one returns
 * true.
 */
static bool
each_on_the_path(const char *data,
    bool (*fn)(int, const char *, const char *, size_t, uint64_t), int rules,
    uint64_t rights)
{
	char *folder = mem_strdup(data);
	bool found = false;

	for (size_t at = 0; data[at] != '\0' && !found;) {
		size_t len = strcspn(data + at + 1, "/");

		memcpy(folder, data, at + 1);
		folder[at == 0 ? 1 : at] = '\0';
		found = fn(rules, folder, data + at + 1, len, rights);
		at += len + 1;
	}
	free(folder);
	return found;
}

static bool
may_write(int rules, const char *folder, const char *name, size_t len,
    uint64_t rights)
{
	(void)rules;
	(void)name;
	(void)len;
	(void)rights;
	return eaccess(folder, W_OK) == 0;
}

static bool
allow_beside(int rules, const char *folder, const char *name, size_t len,
    uint64_t rights)
{
	allow_others(rules, folder, name, len, rights);
	return false;
}

bool
filter_landlock(const char *data, bool covered)
{
	int version = filter_landlock_version(), rules;
	struct ruleset set = { 0 };
	bool ok;

	if (version >= 2 && data != NULL && data[0] == '/' && data[1] != '\0' &&
	    !each_on_the_path(data, may_write, -1, 0))
		set.fs = FS_FILE | FS_MAKE | FS_REFER |
		    (version >= 3 ? FS_TRUNCATE : 0);
	if (version >= 6)
		set.scoped = SCOPES;
	if (set.fs == 0 && set.scoped == 0)
		return false;
	rules = (int)syscall(__NR_landlock_create_ruleset, &set,
	    version >= 6       ? sizeof(set)
		: version >= 4 ? 2 * sizeof(uint64_t)
			       : sizeof(uint64_t),
	    0);
	if (rules < 0)
		return false;
	if (set.fs != 0)
		each_on_the_path(data, allow_beside, rules, set.fs);
	if (set.fs != 0 && covered)
		allow(rules, AT_FDCWD, data, set.fs);
	ok = syscall(__NR_landlock_restrict_self, rules, 0) == 0;
	close(rules);
	return ok;
}
