/*
 * advice.h: what a step would do that its author hardly meant.
 */
#ifndef COMPILER_CHECK_ADVICE_H
#define COMPILER_CHECK_ADVICE_H

#include <stddef.h>

struct advice;
struct script_line;

struct parse;

/* Warnings of probably unintended commands */
void check_advice(struct parse *p, size_t step);

/* The place in the source of a byte of the line. */
size_t advice_place(
    const struct advice *a, const struct script_line *l, const char *at);

#endif
