/*
 * session.h: text that was copied out of a terminal, as a proposal.
 */
#ifndef IMPORT_SESSION_H
#define IMPORT_SESSION_H

#include <stdbool.h>

struct import;
struct node;
struct verdict;

/* The language of a fence says that the block was copied out of a terminal. */
bool import_is_terminal(const char *lang);

/* The kind of the commands where the block was copied out of a terminal, "" if
 * it is no step, and why, or NULL where it has no prompts. */
const char *import_session_kind(
    const struct import *im, const struct node *n, struct verdict *ret);

/* The block is such a session. */
bool import_is_session(const struct import *im, const struct node *n);

/* It is a script, whose author left the prompts before a few of its commands:
 * the first one has none, as what a command prints stands behind it. */
bool import_is_mixed(const struct node *n);

/* Takes the prompts of such a block away, and gives what was printed blocks of
 * its own; further steps are of that kind, with ids made of the title. */
void import_session(struct import *im, const struct node *n, const char *kind,
    const char *title);

/* Ends the fenced block before the line that begins at `at`, and begins another
 * one with that info string. */
void import_split(
    struct import *im, const struct node *n, size_t at, const char *info);

#endif
