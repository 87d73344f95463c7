/*
 * target_kind.h: checks the maps under ssh:, http:, mysql:, postgresql.
 */
#ifndef INVENTORY_TARGET_KIND_H
#define INVENTORY_TARGET_KIND_H

struct targets;
struct yaml_tree;

/*
 * Checks the map under the kind of a target; the kind and its map, or NULL if
 * there is none.
 */
const char *target_kind_check(struct targets *t, const struct yaml_tree *y,
    const struct yaml_tree **ret_config);

/* The port that servers of the kind usually have, or NULL. */
const char *target_kind_port(const char *kind);

#endif
