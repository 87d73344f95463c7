/*
 * step.h: a block of code that becomes steps.
 */
#ifndef IMPORT_STEP_H
#define IMPORT_STEP_H

#include <stdbool.h>
#include <stddef.h>

struct import;
struct node;

/*
 * Makes steps of a block of that kind, which has so many marks of a fence, or
 * of a session with prompts.
 */
void step_put(struct import *im, const struct node *n, const char *kind,
    bool session, size_t marks);

/* Makes an edit of a block of settings that the sentence before it adds to a
 * file; false: it is none. */
bool step_put_settings(struct import *im, const struct node *n, size_t marks);

/* The block is addresses of SQL files, which the sentence tells to execute. */
bool step_is_addresses(
    struct import *im, const struct node *n, const struct node *sentence);

/* Puts a step behind such a block; false: it is none. */
bool step_put_addresses(struct import *im, const struct node *n);

#endif
