/* confine_filter.h: the filters of the kernel. */
#ifndef EXECUTOR_CONFINE_CONFINE_FILTER_H
#define EXECUTOR_CONFINE_CONFINE_FILTER_H

#include <stdbool.h>

/* Makes the filter of system calls, which takes as long as to enforce it. */
void filter_prepare(void);

/*
 * Forbids system calls that lead out of the isolation, and access to files and
 * processes of others.  False if the kernel does not support it.
 */
bool filter_system_calls(void);
bool filter_landlock(const char *data, bool covered);

#endif
