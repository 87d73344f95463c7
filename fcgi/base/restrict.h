/*
 * restrict.h: rights that a process gives up, by means of the kernel.
 */
#ifndef BASE_RESTRICT_H
#define BASE_RESTRICT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Gives up all capabilities, also those that root could take again, and those
 * that a program would inherit.  The bounding set is cleared if we may.
 */
bool restrict_capabilities(void);

/* Rights to files that Landlock handles. */
#define LANDLOCK_FILE ((1u << 0) | (1u << 1) | (1u << 2)) /* execute … read */
#define LANDLOCK_FOLDER (1u << 3)                         /* list */
#define LANDLOCK_MAKE (0x1ffu << 4)                       /* remove and make */
#define LANDLOCK_REFER (1u << 13)                         /* from version 2 */
#define LANDLOCK_TRUNCATE (1u << 14)                      /* from version 3 */
#define LANDLOCK_DEVICE (1u << 15)                        /* from version 5 */
#define LANDLOCK_TCP 3u    /* bind and connect; from version 4 */
#define LANDLOCK_SCOPES 3u /* abstract sockets and signals; from version 6 */

/* The accesses that are denied unless a rule allows them. */
struct landlock {
	uint64_t files;
	uint64_t net;
	uint64_t scoped;
};

/* The version of Landlock that the kernel has, or 0. */
int landlock_version(void);

/*
 * A new set of rules, as a descriptor; -1 with errno.  Accesses that the
 * kernel's version does not know are left out.
 */
int landlock_open(const struct landlock *denied);

/* Allows these rights to a file, or beneath a folder (a descriptor). */
void landlock_allow(int rules, int fd, uint64_t rights);

/* Puts the rules in force for this process, and closes them. */
bool landlock_enforce(int rules);

#endif
