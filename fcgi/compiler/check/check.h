/*
 * check.h: checks that need the whole document.
 */
#ifndef COMPILER_CHECK_CHECK_H
#define COMPILER_CHECK_CHECK_H

struct parse;

/* Checks the whole document; the results are diagnostics. */
void check_runbook(struct parse *p);

#endif
