/*
 * verify_jobs.h: the checks of `verify`, on all processors.
 */
#ifndef CLI_VERIFY_VERIFY_JOBS_H
#define CLI_VERIFY_VERIFY_JOBS_H

#include <stdbool.h>
#include <stdint.h>

struct verify;

/*
 * Calls check() in a process for each range of runs, from 1 to `last` and what
 * comes behind it, and in one for chain 0 with what concerns no run, each with
 * a copy of *v.  Prints what they print, in the order of the ranges, and adds
 * to *v->count what they counted.  A process that does not come to its end is
 * a fault.
 */
void verify_jobs(
    struct verify *v, int64_t last, bool (*check)(struct verify *));

#endif
