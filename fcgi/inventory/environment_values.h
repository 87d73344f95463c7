/*
 * environment_values.h: `values:` of an environment: what parameters of these
 * names have in it.
 */
#ifndef INVENTORY_ENVIRONMENT_VALUES_H
#define INVENTORY_ENVIRONMENT_VALUES_H

#include "base/err.h"

struct environment;
struct json_object;
struct plan;
struct targets;
struct yaml_tree;

/* Reads `values:` of an environment. */
void values_read(
    struct targets *t, struct environment *e, const struct yaml_tree *map);

/* {name: text}: a new object. */
struct json_object *values_json(const struct environment *e);

/*
 * ERR_INVALID with a fault: the environment has a value that a parameter of the
 * plan refuses. ERR_NOT_FOUND: there is no such environment.
 */
enum err values_check(const struct targets *t, const char *environment,
    const struct plan *plan, struct fault *fault);

#endif
