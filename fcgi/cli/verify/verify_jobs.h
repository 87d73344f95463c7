/*
 * verify_jobs.h: the checks of `verify`, on all processors.
 */
#ifndef CLI_VERIFY_VERIFY_JOBS_H
#define CLI_VERIFY_VERIFY_JOBS_H

#include <stdbool.h>

struct verify;

/*
 * Calls check() in some processes, each with a copy of *v: one for chain 0 and
 * what concerns no run, the others for equal ranges of the runs and entries
 * v->first to v->last; the last of them also has what comes behind.  Prints
 * what they print, in this order, and adds to *v->count what they counted.  A
 * process that does not come to its end is a fault.
 */
void verify_jobs(struct verify *v, bool (*check)(struct verify *));

#endif
