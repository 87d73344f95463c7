/* view.h: a private view of the file system for a program that is not root. */
#ifndef CLI_VIEW_H
#define CLI_VIEW_H

#include <stdbool.h>

#include "cli/account.h"

/*
 * In a child that is still root: if the account cannot reach one of the paths
 * (NULL-terminated) because a folder above it is closed to it, such as /root,
 * gives this process a view in which that folder contains nothing but these
 * paths. False: the machine refuses mount namespaces.
 */
bool view_open(const struct account *a, const char *const *paths);

#endif
