/*
 * asked.c: values that tasks ask people for.
 *
 * They are described like parameters, so that one function checks both, and
 * recorded like captured values, so that later steps know no difference.
 */
#include "base/text.h"
#include "plan/asked.h"
#include "plan/plan.h"

bool
step_asks(const struct step *step, struct parameter *ret)
{
	if (step->kind != STEP_MANUAL || step->captures_count == 0)
		return false;
	*ret = (struct parameter){
		.name = step->captures[0].name,
		.label = step->ask_label != NULL ? step->ask_label
						 : step->captures[0].name,
		.type = step->ask_choices_count > 0     ? PARAMETER_CHOICE
		    : text_eq(step->ask_type, "number") ? PARAMETER_NUMBER
							: PARAMETER_TEXT,
		.pattern = step->ask_pattern,
		.choices = step->ask_choices,
		.choices_count = step->ask_choices_count,
		.min = step->ask_min,
		.max = step->ask_max,
		.required = true,
		.line = step->line,
	};
	return true;
}

bool
plan_is_number(const struct plan *plan, const char *name)
{
	struct parameter asked;

	for (size_t i = 0; i < plan->parameters_count; i++)
		if (text_eq(plan->parameters[i].name, name))
			return plan->parameters[i].type == PARAMETER_NUMBER;
	for (size_t i = 0; i < plan->steps_count; i++)
		if (step_asks(&plan->steps[i], &asked) &&
		    text_eq(asked.name, name))
			return asked.type == PARAMETER_NUMBER;
	return false;
}
