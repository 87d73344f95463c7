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
#include <unistd.h>

#include "base/mem.h"
#include "base/restrict.h"
#include "executor/confine/confine_filter.h"

#define REFUSED SCMP_ACT_ERRNO(EPERM)

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
add_rules(scmp_filter_ctx rules)
{
	static const unsigned long inputs[] = { TIOCSTI, TIOCLINUX };
	bool ok = true;

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		int number = seccomp_syscall_resolve_name(refused[i]);

		if (number != __NR_SCMP_ERROR)
			ok &= seccomp_rule_add(rules, REFUSED, number, 0) == 0;
	}
	for (int bit = 0; bit < 32; bit++)
		if ((NAMESPACES & (1u << bit)) != 0)
			ok &= seccomp_rule_add(rules, REFUSED, SCMP_SYS(clone),
				  1,
				  SCMP_A0(SCMP_CMP_MASKED_EQ, 1u << bit,
				      1u << bit)) == 0;
	ok &= seccomp_rule_add(
		  rules, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0;
	for (size_t i = 0; i < 2; i++)
		ok &= seccomp_rule_add(rules, REFUSED, SCMP_SYS(ioctl), 1,
			  SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffff, inputs[i])) ==
		    0;
	return ok;
}

static scmp_filter_ctx filter; /* NULL: not prepared, or impossible */

void
filter_prepare(void)
{
	if (filter != NULL || (filter = seccomp_init(SCMP_ACT_ALLOW)) == NULL)
		return;
#ifdef __x86_64__
	(void)seccomp_arch_add(filter, SCMP_ARCH_X86);
	(void)seccomp_arch_add(filter, SCMP_ARCH_X32);
#endif
	(void)seccomp_attr_set(
	    filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS));
	if (add_rules(filter))
		return;
	seccomp_release(filter);
	filter = NULL;
}

bool
filter_system_calls(void)
{
	filter_prepare();
	return filter != NULL && seccomp_load(filter) == 0;
}

static void
allow(int rules, int folder, const char *name, uint64_t rights)
{
	struct stat st;
	int fd = openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && !S_ISLNK(st.st_mode)) {
		if (!S_ISDIR(st.st_mode))
			rights &= LANDLOCK_FILE | LANDLOCK_TRUNCATE;
		landlock_allow(rules, fd, rights);
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
	int version = landlock_version(), rules;
	struct landlock denied = { .scoped = LANDLOCK_SCOPES };

	if (version >= 2 && data != NULL && data[0] == '/' && data[1] != '\0' &&
	    !each_on_the_path(data, may_write, -1, 0))
		denied.files = LANDLOCK_FILE | LANDLOCK_MAKE | LANDLOCK_REFER |
		    (version >= 3 ? LANDLOCK_TRUNCATE : 0);
	if ((rules = landlock_open(&denied)) < 0)
		return false;
	if (denied.files != 0)
		each_on_the_path(data, allow_beside, rules, denied.files);
	if (denied.files != 0 && covered)
		allow(rules, AT_FDCWD, data, denied.files);
	return landlock_enforce(rules);
}
