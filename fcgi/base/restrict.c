/*
 * restrict.c: capabilities and Landlock, for the local steps of the executor
 * and for the compiler.
 *
 * The system calls of Landlock are made directly: glibc has no functions for
 * them, and the kernel's header may be older than the kernel.
 */
#include <errno.h>
#include <linux/capability.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/restrict.h"

#ifndef __NR_landlock_create_ruleset
#define __NR_landlock_create_ruleset 444
#define __NR_landlock_add_rule 445
#define __NR_landlock_restrict_self 446
#endif

/* From linux/landlock.h: a rule about what lies beneath a folder. */
struct beneath_rule {
	uint64_t allowed;
	int32_t parent;
} __attribute__((packed));

bool
restrict_capabilities(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct none[2] = { { 0 } };

	for (int cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		(void)prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	return syscall(SYS_capset, &header, none) == 0;
}

int
landlock_version(void)
{
	long version = syscall(__NR_landlock_create_ruleset, NULL, 0, 1);

	return version > 0 ? (int)version : 0;
}

int
landlock_open(const struct landlock *denied)
{
	int version = landlock_version();
	struct landlock set = *denied;

	if (version < 2)
		set.files &= ~(uint64_t)LANDLOCK_REFER;
	if (version < 3)
		set.files &= ~(uint64_t)LANDLOCK_TRUNCATE;
	if (version < 4)
		set.net = 0;
	if (version < 5)
		set.files &= ~(uint64_t)LANDLOCK_DEVICE;
	if (version < 6)
		set.scoped = 0;
	if (version == 0 || (set.files | set.net | set.scoped) == 0) {
		errno = EOPNOTSUPP;
		return -1;
	}
	return (int)syscall(__NR_landlock_create_ruleset, &set,
	    version >= 6       ? sizeof(set)
		: version >= 4 ? offsetof(struct landlock, scoped)
			       : offsetof(struct landlock, net),
	    0);
}

void
landlock_allow(int rules, int fd, uint64_t rights)
{
	struct beneath_rule rule = { .allowed = rights, .parent = fd };

	(void)syscall(__NR_landlock_add_rule, rules, 1, &rule, 0);
}

bool
landlock_enforce(int rules)
{
	bool ok = syscall(__NR_landlock_restrict_self, rules, 0) == 0;

	close(rules);
	return ok;
}
