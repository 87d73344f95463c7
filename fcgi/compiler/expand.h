/*
 * expand.h: the document as expanded for a run: sections with each= repeated
 * for the items of their lists, and version hops selected.
 */
#ifndef COMPILER_EXPAND_H
#define COMPILER_EXPAND_H

#include <stdbool.h>
#include <json-c/json.h>

#include "base/err.h"
#include "lang/values.h"
#include "base/buf.h"
#include "plan/plan.h"
#include "lang/list.h"

struct json_object;
struct parse;

/* Expands the loops.  False: the result would be too large. */
bool expand_all(struct parse *p, struct json_object *lists);

#endif
