/*
 * approval_rule.h: a rule of approval, as front matter and targets.yml write
 * it.
 */
#ifndef COMPILER_APPROVAL_RULE_H
#define COMPILER_APPROVAL_RULE_H

#include <json-c/json.h>

#include "base/arena.h"
#include "plan/parameter.h"
#include "compiler/yaml.h"

/*
 * Reads {role: NAME, count: 1, expires: 24h, same-person: allowed}; tells each
 * mistake.  False: it is no rule.  Its texts belong to the tree.
 */
bool rule_read(struct arena *arena, const struct yaml_tree *y,
    yaml_tree_report_fn tell, void *ctx, struct approval_rule *ret);

/* [{role, count, expires (ms), same_person}] as a run keeps rules.  New. */
struct json_object *rules_json(const struct approval_rule *rules, size_t count);

#endif
