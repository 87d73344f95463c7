/*
 * check.h: checks that need the whole document.
 */
#ifndef COMPILER_CHECK_CHECK_H
#define COMPILER_CHECK_CHECK_H

#include <stdbool.h>

struct parse;

/* A step probes the one of that id. */
bool check_has_probe(const struct parse *p, const char *id);

/* Checks the whole document; the results are diagnostics. */
void check_runbook(struct parse *p);

#endif
