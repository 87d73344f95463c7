/*
 * expand.h: the sections of a document that repeat over lists that are known.
 */
#ifndef COMPILER_EXPAND_H
#define COMPILER_EXPAND_H

#include <json-c/json.h>
#include <stdbool.h>

struct parse;

/*
 * Expands them with {list as written: [items]}, as runbook_lists() gives them.
 * False: the result would be too large.
 */
bool expand_all(struct parse *p, struct json_object *lists);

#endif
