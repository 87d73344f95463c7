/*
 * acts.h: well-known acts that a sentence tells in words, as steps: “copy X to
 * Y”, “create the database X”, “install the dependencies in X”.
 */
#ifndef IMPORT_ACTS_H
#define IMPORT_ACTS_H

#include <stdbool.h>

struct import;
struct node;
struct pieces;

/* Proposes the acts of the sentence behind it; true: it says no more. */
bool acts_propose(
    struct import *im, const struct node *n, const struct pieces *p);

/* The statements that create or drop the databases of the sentence; NULL: it
 * tells of none.  *ret_drops: they drop some.  Of the arena. */
const char *acts_databases(
    struct import *im, const struct pieces *p, bool *ret_drops);

#endif
