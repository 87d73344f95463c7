/* confine_script.h: the files of a program on this machine. */
#ifndef EXECUTOR_CONFINE_CONFINE_SCRIPT_H
#define EXECUTOR_CONFINE_CONFINE_SCRIPT_H

#include "executor/confine/confine.h"

/*
 * Writes script and files into the folder, for the program's user alone, and
 * sets their paths.  False with errno.
 */
bool confine_script_write(struct confine_call *call, const char *folder);

/* After the program's end: removes them, if they are outside its namespaces. */
void confine_script_remove(struct confine_call *call);

#endif
