/*
 * not_begun.h: attempts that were recorded as starting, and whose executor did
 * not begin.
 */
#ifndef RUNNER_NOT_BEGUN_H
#define RUNNER_NOT_BEGUN_H

#include <stdbool.h>

struct runner;

/*
 * Writes into the attempt's status that no target was started and that the
 * attempt has failed.  False: it could not be written, or the targets are not
 * known; its outcome is unknown then.
 */
bool not_begun_write(struct runner *r, const char *exec, const char *message);

#endif
