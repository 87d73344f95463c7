/*
 * local.h: `local:` of an environment.
 */
#ifndef INVENTORY_LOCAL_H
#define INVENTORY_LOCAL_H

#include <stdbool.h>

#include "base/err.h"

struct environment;
struct json_object;
struct step;
struct targets;
struct yaml_tree;

/*
 * Reads `local:`; whether it has settings; adds them to the target
 * “local” of a plan; and whether the step may be on it.
 */
void local_read(
    struct targets *t, struct environment *e, const struct yaml_tree *y);
bool local_is_set(const struct environment *e);
void local_write(const struct environment *e, struct json_object *o);
enum err local_allows(
    const struct environment *e, const struct step *s, struct fault *fault);

#endif
