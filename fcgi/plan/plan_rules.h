/* plan_rules.h: approval rules in the format of a run. */
#ifndef PLAN_PLAN_RULES_H
#define PLAN_PLAN_RULES_H

#include <json-c/json.h>

#include "plan/parameter.h"

/* [{role, count, expires (ms), same_person}].  A new array. */
struct json_object *plan_rules_json(
    const struct approval_rule *rules, size_t count);

#endif
