/* plan_secrets.c: which members of a resolved target name a secret. */
#include "base/json.h"
#include "base/text.h"
#include "plan/plan_secrets.h"

const char *const plan_secret_keys[] = { "passphrase", "password", "token",
	"secret_key", "secret", NULL };
const char *const plan_secret_maps[] = { "aws", "sign", NULL };

bool
plan_target_names(struct json_object *target, const char *secret)
{
	for (size_t i = 0; plan_secret_keys[i] != NULL; i++)
		if (text_eq(
			json_text(target, plan_secret_keys[i], NULL), secret))
			return true;
	for (size_t i = 0; plan_secret_maps[i] != NULL; i++)
		if (json_get(target, plan_secret_maps[i]) != NULL &&
		    plan_target_names(
			json_get(target, plan_secret_maps[i]), secret))
			return true;
	return false;
}
