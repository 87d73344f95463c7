/*
 * alive.h: the file that says that the process goes on (wire/exec.h).
 */
#ifndef EXECUTOR_ALIVE_H
#define EXECUTOR_ALIVE_H

#include <stdint.h>

#include "base/err.h"

/* Makes the file in the working folder. */
enum err alive_open(void);

/* The process goes on; by `deadline` (monotonic, or 0) what it does now has to
 * be over.  May be called as often as one likes. */
void alive_beat(int64_t deadline);

#endif
