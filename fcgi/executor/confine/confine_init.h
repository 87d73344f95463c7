/* confine_init.h: the init of a program's namespaces. */
#ifndef EXECUTOR_CONFINE_CONFINE_INIT_H
#define EXECUTOR_CONFINE_CONFINE_INIT_H

#include "executor/confine/confine.h"

/*
 * Starts the program below an init in namespaces; if they cannot be made, the
 * pid is -1 and errno is set.  `ret_fd` has the status when it has ended.
 */
pid_t init_start(struct confine_call *call, int *ret_fd);

#endif
