/*
 * databases.h: what a sentence tells to do with databases, as steps.
 */
#ifndef IMPORT_DATABASES_H
#define IMPORT_DATABASES_H

#include <stdbool.h>

struct import;
struct node;
struct pieces;

/* Proposes a step of the sentence behind it: databases to create, drop or dump;
 * false: it tells nothing of that kind. */
bool databases_propose(
    struct import *im, const struct node *n, const struct pieces *p);

/* The statements that create or drop the databases of the sentence; NULL: it
 * tells of none.  *ret_drops: they drop some.  Of the arena. */
const char *databases_statements(
    struct import *im, const struct pieces *p, bool *ret_drops);

/* “If MySQL is of version 8, …”: proposes a step that asks the server. */
bool databases_ask_version(struct import *im, const struct node *n);

#endif
