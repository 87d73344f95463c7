/*
 * asked.c: checks the value that a task asks for.
 *
 * One task has one field: what is asked for together has a task item each, and
 * each of them its own line in the record.
 */
#include "compiler/check/asked.h"
#include "compiler/check/identifiers.h"
#include "compiler/parse/attribute.h"
#include "compiler/parse/parse.h"
#include "compiler/parse/source.h"
#include "lang/parameter_value.h"
#include "plan/step.h"

/* Reports a rule of the field for which no field is there. */
static void
check_no_field(struct parse *p, int i)
{
	static const char *const keys[] = { "label", "type", "min", "max",
		"pattern", "message", "choices", NULL };

	for (size_t k = 0; keys[k] != NULL; k++)
		if (attribute_get(&p->step_origins[i].attrs, '=', keys[k]) !=
		    NULL)
			report(p, SEVERITY_ERROR,
			    attribute_place(&p->step_origins[i], keys[k]),
			    "check_ask_capture key=%s", keys[k]);
}

/* Rules that do not fit the type of the value. */
static void
check_rules(struct parse *p, int i, const struct parameter *asked)
{
	const struct step *s = &p->steps[i];

	if (asked->type != PARAMETER_NUMBER && s->ask_min != NULL)
		report(p, SEVERITY_ERROR,
		    attribute_place(&p->step_origins[i], "min"),
		    "check_ask_number key=%s", "min");
	if (asked->type != PARAMETER_NUMBER && s->ask_max != NULL)
		report(p, SEVERITY_ERROR,
		    attribute_place(&p->step_origins[i], "max"),
		    "check_ask_number key=%s", "max");
	if (s->ask_min != NULL && s->ask_max != NULL &&
	    parameter_compare_numbers(s->ask_min, s->ask_max) > 0)
		report(p, SEVERITY_ERROR,
		    attribute_place(&p->step_origins[i], "max"),
		    "check_ask_range min=%s max=%s", s->ask_min, s->ask_max);
	if (asked->type != PARAMETER_TEXT && s->ask_pattern != NULL)
		report(p, SEVERITY_ERROR,
		    attribute_place(&p->step_origins[i], "pattern"),
		    "check_ask_pattern");
	if (s->ask_message != NULL && s->ask_pattern == NULL)
		report(p, SEVERITY_ERROR,
		    attribute_place(&p->step_origins[i], "message"),
		    "check_ask_message");
	if (asked->type == PARAMETER_CHOICE && s->ask_type != NULL)
		report(p, SEVERITY_ERROR,
		    attribute_place(&p->step_origins[i], "type"),
		    "check_ask_choices");
}

void
check_asked_value(struct parse *p, int i)
{
	const struct step *s = &p->steps[i];
	size_t at = attribute_place(&p->step_origins[i], "capture");
	struct parameter asked;

	if (s->kind != STEP_MANUAL)
		return;
	if (!step_asks(s, &asked)) {
		check_no_field(p, i);
		return;
	}
	if (s->captures_count > 1)
		report(p, SEVERITY_ERROR, at, "check_ask_one");
	if (s->captures[0].how != CAPTURE_WHOLE)
		report(p, SEVERITY_ERROR, at, "check_ask_name name=%s",
		    asked.name);
	if (parameter_find(p, asked.name) != NULL)
		report(p, SEVERITY_ERROR, at, "check_ask_taken name=%s",
		    asked.name);
	check_rules(p, i, &asked);
}
