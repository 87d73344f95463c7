/*
 * cmd_exec.h: reports of the runner.
 */
#ifndef KEEPER_COMMANDS_CMD_EXEC_H
#define KEEPER_COMMANDS_CMD_EXEC_H

#include "base/err.h"

struct keeper;

/*
 * Ends an attempt that the runner never accepted as failed, with that message.
 * An attempt that was accepted meanwhile is unchanged.
 */
enum err exec_end_unaccepted(
    struct keeper *k, const char *exec, const char *message);

#endif
