/*
 * sentences.h: sentences that say exactly what to do, as proposals of steps.
 */
#ifndef IMPORT_SENTENCES_H
#define IMPORT_SENTENCES_H

#include <stdbool.h>

struct import;
struct node;

/* Proposes steps behind the paragraph, if it names a command or a change of a
 * file; true: they do all that the paragraph says. */
bool import_sentence(struct import *im, const struct node *n);

/* Puts a block behind the paragraph: a step of that kind, with these lines. */
void import_step_behind(struct import *im, const struct node *n,
    const char *kind, const char *more, const char *body);

#endif
