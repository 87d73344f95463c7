/*
 * acts.h: well-known acts that a sentence tells in words, as steps: “copy X to
 * Y”, “install the dependencies in X”.
 */
#ifndef IMPORT_ACTS_H
#define IMPORT_ACTS_H

#include <stdbool.h>

struct import;
struct node;
struct pieces;

/* Proposes a step of the sentence behind it; false: it tells no such act. */
bool acts_propose(
    struct import *im, const struct node *n, const struct pieces *p);

/* Behind its last name the sentence tells to do more: “…, then restart it”. */
bool acts_say_more(const struct pieces *p);

#endif
