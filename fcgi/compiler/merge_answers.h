/*
 * merge_answers.h: merges the answers of a terminal step into it.
 */
#ifndef COMPILER_MERGE_ANSWERS_H
#define COMPILER_MERGE_ANSWERS_H

#include <stdbool.h>

struct parse;

/*
 * The block i of answers takes those of a step that exists (like=): reports one
 * that has none, a circle, too many lines, and values that this place has not.
 */
void check_like(struct parse *p, int i);

/* Merges each block into the step before it, behind the lines of like=. */
void answers_fold(struct parse *p);

#endif
