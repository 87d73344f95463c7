/* local_sh.h: sh on this machine, in place of one that ssh would run. */
#ifndef EXECUTOR_SSH_LOCAL_SH_H
#define EXECUTOR_SSH_LOCAL_SH_H

#include <stdbool.h>

#include "base/buf.h"
#include "executor/confine/confine.h"

/*
 * Starts it with the command; `ends` are its input, output and error.  False:
 * `why` may have a sentence.
 */
bool local_sh_start(const char *command, int ends[3], struct confine_child *ret,
    struct buf *why);

#endif
