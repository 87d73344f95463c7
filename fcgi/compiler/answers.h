/*
 * answers.h: merges the answers of a terminal step into it.
 */
#ifndef COMPILER_ANSWERS_H
#define COMPILER_ANSWERS_H

struct parse;

/* Merges each block into the step before it */
void answers_fold(struct parse *p);

#endif
