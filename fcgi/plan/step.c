/*
 * step.c: the step in a plan and in a job spec, from the rows of step.def.
 */
#include <limits.h>

#include "base/text.h"
#include "plan/step.h"

static const char *const reruns[RERUN__MAX + 1] = {
	[RERUN_ASK] = "ask",
	[RERUN_SAFE] = "safe",
	[RERUN_PROBE] = "probe",
	[RERUN_NEVER] = "never",
};

static const char *const hows[] = {
	[CAPTURE_WHOLE] = "whole",
	[CAPTURE_POINTER] = "pointer",
	[CAPTURE_REGEX] = "regex",
	NULL,
};

/* clang-format off */
#define BOTH (STEP_IN_PLAN | STEP_IN_JOB)

static const struct record_field capture_fields[] = {
	{ "name", BOTH, RECORD_TEXT, .at = offsetof(struct capture, name),
		.least = 1 },
	{ "how", BOTH, RECORD_WORD, .at = offsetof(struct capture, how),
		.words = hows, .absent = -1 },
	{ "what", BOTH, RECORD_TEXT, .at = offsetof(struct capture, what) },
	{ "list", BOTH, RECORD_FLAG, .at = offsetof(struct capture, list) },
	{ .name = NULL },
};

#define AT(field)	.at = offsetof(struct step, field)
#define COUNT_AT(field)	.count_at = offsetof(struct step, field##_count)
#define INT(field, low, high, none) \
	RECORD_INT, AT(field), .least = low, .most = high, .absent = none

#define F_TEXT(field)		RECORD_TEXT, AT(field), .least = 1
#define F_TEXT_OR_NULL(field)	RECORD_TEXT, AT(field)
#define F_STEP(field)		RECORD_STEP_ID, AT(field), .least = 1
#define F_STEP_OR_NULL(field)	RECORD_STEP_ID, AT(field)
#define F_ID_OR_NULL(field)	RECORD_ID, AT(field)
#define F_FLAG(field)		RECORD_FLAG, AT(field)
#define F_KIND(field)		RECORD_WORD, AT(field), .words = kind_words, .absent = -1
#define F_RERUN(field)		RECORD_WORD, AT(field), .words = reruns
#define F_INDEX(field)		INT(field, 0, INT_MAX, 0)
#define F_LINE(field)		INT(field, 1, INT_MAX, 0)
#define F_COUNT(field)		INT(field, 1, 20, 0)
#define F_PERCENT(field)	INT(field, 1, 100, 0)
#define F_TARGETS(field)	INT(field, 1, 10000, 0)
#define F_FAILURES(field)	INT(field, 0, 10000, -1)
#define F_MS(field)		RECORD_INT64, AT(field), .least = 1, .most = INT64_MAX
#define F_TEXTS(field)		RECORD_TEXTS, AT(field), COUNT_AT(field)
#define F_CODES(field)		RECORD_NUMBERS_OF, AT(field), \
				COUNT_AT(field), .most = 255
#define F_CAPTURES(field)	RECORD_LIST, AT(field), COUNT_AT(field), \
				.of = capture_fields, .size = sizeof(struct capture)
#define DOC	0
#define PLAN	STEP_IN_PLAN
#define JOB	BOTH

const struct record_field step_fields[] = {
#define MEMBER(field, type, in) { #field, in, F_##type(field) },
#define ATTRIBUTE(name, sort, kinds, read, field, type, in) \
	MEMBER(field, type, in)
#include "plan/step.def"
	{ .name = NULL },
};
/* clang-format on */

const char *
step_rerun_name(enum rerun rerun)
{
	return reruns[rerun];
}

void
step_init(struct step *step)
{
	record_init(step_fields, step);
}

struct json_object *
step_write(const struct step *step, unsigned in)
{
	return record_write(step_fields, in, step);
}

enum err
step_read(unsigned in, struct json_object *o, struct arena *arena,
    struct step *ret, struct fault *fault)
{
	return record_read(step_fields, in, o, arena, ret, fault);
}

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
		.message = step->ask_message,
		.choices = step->ask_choices,
		.choices_count = step->ask_choices_count,
		.min = step->ask_min,
		.max = step->ask_max,
		.required = true,
		.line = step->line,
	};
	return true;
}
