/* isolation.h: the isolation of steps on this machine. */
#ifndef CLI_ISOLATION_H
#define CLI_ISOLATION_H

#include <sys/types.h>

/*
 * Has countersign-executor (its path) try it, writes the result to
 * DATA/run/isolation for the pages, whose group may read it, and warns if
 * something is missing.
 */
void isolation_probe(const char *step, const char *data, gid_t group);

#endif
