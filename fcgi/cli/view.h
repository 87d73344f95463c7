/*
 * view.h: what a program that is not root sees of the files.
 */
#ifndef CLI_VIEW_H
#define CLI_VIEW_H

#include <stdbool.h>

#include "cli/account.h"

/*
 * In a child that is still root: where the account cannot get to one of the
 * paths (NULL ends them) as a folder above it is closed to it, such as /root,
 * this process gets a view of the files in which that folder has nothing but
 * these paths.  False: the machine refuses mount namespaces.
 */
bool view_open(const struct account *a, const char *const *paths);

#endif
