/*
 * machines.h: the machines that a document names, as targets to declare.
 */
#ifndef IMPORT_MACHINES_H
#define IMPORT_MACHINES_H

#include <stdbool.h>
#include <stddef.h>

struct import;
struct node;

/* The host and user of a line “ssh ops@db1” without a command, both of the
 * arena; user may be NULL.  False: it is none. */
bool machines_ssh(struct import *im, const char *s, size_t len,
    const char **ret_host, const char **ret_user);

/*
 * The text says where what follows is done: “On the master:”, “mysql 机器”,
 * “在 db1 上执行”.  *ret_name is a name for the machine, of the arena; NULL:
 * the text has none.
 */
bool machines_named(struct import *im, const char *text, const char **ret_name);

/* A target of that name is to be declared. */
void machines_add(
    struct import *im, const char *host, const char *user, size_t at);

/* The steps of the section from this node on are for the machine. */
void machines_enter(struct import *im, const struct node *n, const char *host,
    const char *user);

#endif
