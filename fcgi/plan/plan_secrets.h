/* plan_secrets.h: which members of a resolved target name a secret. */
#ifndef PLAN_PLAN_SECRETS_H
#define PLAN_PLAN_SECRETS_H

#include <json-c/json.h>
#include <stdbool.h>

/*
 * The keys whose values are names in the secret store, in a target and in the
 * objects that plan_secret_maps[] names; NULL ends both.
 */
extern const char *const plan_secret_keys[];
extern const char *const plan_secret_maps[];

/* The resolved target names this secret. */
bool plan_target_names(struct json_object *target, const char *secret);

#endif
