/*
 * with.c: the targets whose addresses and secrets a step has (with=).
 *
 * The targets themselves are checked with targets.yml (inventory/with.c).  Here
 * the names of variables are compared: in a script, CS_DB_HOST of a target
 * would hide a value db_host.  In braces no value can hide another one, as no
 * value of a document has a name that begins with cs_.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "compiler/check/with.h"
#include "compiler/check/identifiers.h"
#include "compiler/parse/attribute.h"
#include "compiler/parse/parse.h"
#include "compiler/parse/source.h"
#include "lang/target_variables.h"

/* "CS_DB_HOST" to the name of the value that has this variable too. */
static void
value_of(const char *variable, char out[TARGET_VARIABLE_MAX])
{
	snprintf(out, TARGET_VARIABLE_MAX, "%s", variable + strlen("CS_"));
	for (char *c = out; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
}

bool
with_gives(const struct step *s, const char *name)
{
	char value[TARGET_VARIABLE_MAX];

	if (kind_is(s->kind, KIND_SCRIPT))
		return false;
	for (size_t i = 0; i < s->with_count; i++) {
		for (size_t k = 0; target_suffixes[k] != NULL; k++) {
			target_value_name(
			    s->with[i], target_suffixes[k], value);
			if (strcmp(target_suffixes[k], "ca") != 0 &&
			    strcmp(value, name) == 0)
				return true;
		}
	}
	return false;
}

/* Of a script, where CS_DB_HOST may be a value's variable as well. */
static void
check_values(struct parse *p, int i, size_t at, const char *name)
{
	char variable[TARGET_VARIABLE_MAX], value[TARGET_VARIABLE_MAX];

	for (size_t k = 0; target_suffixes[k] != NULL; k++) {
		target_variable_name(name, target_suffixes[k], variable);
		value_of(variable, value);
		if (identifier_is_known(p, value, i, p->steps[i].section))
			report(p, SEVERITY_ERROR, at,
			    "check_with_value target=%s variable=%s value=%s",
			    name, variable, value);
	}
}

void
check_with(struct parse *p, int i)
{
	struct step *s = &p->steps[i];
	size_t at = attribute_place(&p->step_origins[i], "with");
	char one[TARGET_VARIABLE_MAX], other[TARGET_VARIABLE_MAX];

	s->with_targets = s->with;
	s->with_targets_count = s->with_count;
	for (size_t k = 0; k < s->with_count; k++) {
		if (kind_is(s->kind, KIND_SCRIPT))
			check_values(p, i, at, s->with[k]);
		target_variable_name(s->with[k], "", one);
		for (size_t n = 0; n < k; n++) {
			target_variable_name(s->with[n], "", other);
			if (strcmp(one, other) == 0)
				report(p, SEVERITY_ERROR, at,
				    "check_with_equal target=%s other=%s "
				    "variable=%s",
				    s->with[k], s->with[n], one);
		}
	}
}
