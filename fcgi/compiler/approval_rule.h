/* approval_rule.h: an approval rule in front matter or targets.yml. */
#ifndef COMPILER_APPROVAL_RULE_H
#define COMPILER_APPROVAL_RULE_H

#include <stdbool.h>

#include "base/arena.h"
#include "plan/parameter.h"
#include "compiler/parse/yaml.h"

/*
 * Parses {role: NAME, count: 1, expires: 24h, same-person: allowed}; reports
 * each error. False: not a rule. Its texts belong to the tree.
 */
bool rule_read(struct arena *arena, const struct yaml_tree *y,
    yaml_tree_report_fn tell, void *ctx, struct approval_rule *ret);

#endif
