/* check.c: the codes of the checks, by the table checks.def. */
#include <string.h>

#include "journal/check.h"

/* clang-format off */
static const struct {
	const char *code;
	enum check_recorded recorded;
} checks[CHECK__MAX] = {
#define CHECK_ROW(name, code, recorded) { code, CHECK_RECORDED_##recorded },
#include "journal/checks.def"
};
/* clang-format on */

const char *
check_code(enum check check)
{
	return checks[check].code;
}

enum check_recorded
check_recorded(const char *code)
{
	for (int i = 0; i < CHECK__MAX; i++)
		if (checks[i].code != NULL && strcmp(checks[i].code, code) == 0)
			return checks[i].recorded;
	return CHECK_RECORDED_NEVER;
}
