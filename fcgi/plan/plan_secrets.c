/* plan_secrets.c: which members of a resolved target name a secret. */
#include "base/json.h"
#include "base/text.h"
#include "plan/plan_secrets.h"

const char *const plan_secret_keys[] = { "passphrase", "password", "token",
	"secret_key", NULL };

bool
plan_target_names(struct json_object *target, const char *secret)
{
	struct json_object *aws = json_get(target, "aws");

	for (size_t i = 0; plan_secret_keys[i] != NULL; i++)
		if (text_eq(
			json_text(target, plan_secret_keys[i], NULL), secret))
			return true;
	return aws != NULL && plan_target_names(aws, secret);
}
