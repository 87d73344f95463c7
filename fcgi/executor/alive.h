/* alive.h: the file that shows that the process is alive (wire/exec.h). */
#ifndef EXECUTOR_ALIVE_H
#define EXECUTOR_ALIVE_H

#include <stdint.h>

#include "base/err.h"

/* Creates the file in the working folder. */
enum err alive_open(void);

/*
 * Touches the file; `deadline` (monotonic, or 0) is the deadline of the current
 * action.  It may be called at any rate.
 */
void alive_beat(int64_t deadline);

#endif
