/* plan_rules.c: approval rules in the format of a run. */
#include "base/json.h"
#include "plan/plan_rules.h"

struct json_object *
plan_rules_json(const struct approval_rule *rules, size_t count)
{
	struct json_object *list = json_object_new_array(), *o;

	for (size_t i = 0; i < count; i++) {
		o = json_object_new_object();
		json_set_text(o, "role", rules[i].role);
		json_set_int(o, "count", rules[i].count);
		if (rules[i].expires_ms > 0)
			json_set_int(o, "expires", rules[i].expires_ms);
		if (rules[i].same_person)
			json_set_bool(o, "same_person", true);
		json_object_array_add(list, o);
	}
	return list;
}
