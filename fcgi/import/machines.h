/*
 * machines.h: the machines that a document names, as targets to declare.
 */
#ifndef IMPORT_MACHINES_H
#define IMPORT_MACHINES_H

#include <stdbool.h>
#include <stddef.h>

struct import;
struct node;

/* The paragraph is “ssh db1”: the section's steps from here on are for it. */
bool machines_enter(struct import *im, const struct node *n, const char *title);

#endif
