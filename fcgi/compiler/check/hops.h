/*
 * hops.h: version hops.
 */
#ifndef COMPILER_CHECK_HOPS_H
#define COMPILER_CHECK_HOPS_H

struct parse;

/* Checks that the version hops of the document form one chain. */
void check_hops(struct parse *p);

#endif
