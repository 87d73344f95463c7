/*
 * target_json.h: one target or group as JSON, in the format of a plan.
 */
#ifndef INVENTORY_TARGET_JSON_H
#define INVENTORY_TARGET_JSON_H

struct environment;
struct group;
struct json_object;
struct targets;

/* In the format of a plan; a name that is no target is local. */
struct json_object *target_json(
    const struct targets *t, const struct environment *e, const char *name);
struct json_object *group_json(const struct group *g);

#endif
