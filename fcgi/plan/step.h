/*
 * step.h: a step, as the document describes it. Its members are the rows of
 * step.def.
 */
#ifndef PLAN_STEP_H
#define PLAN_STEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plan/kind.h"
#include "plan/parameter.h"
#include "plan/record.h"

#define STEP_USES_MAX 64 /* artifacts that a script reads */

enum rerun { RERUN_ASK, RERUN_SAFE, RERUN_PROBE, RERUN_NEVER, RERUN__MAX };

enum capture_how { CAPTURE_WHOLE, CAPTURE_POINTER, CAPTURE_REGEX };

struct capture {
	const char *name;
	enum capture_how how;
	const char *what; /* JSON pointer or regex, else NULL */
	bool list;        /* sections repeat over its items */
};

/*
 * The types of members: how struct step has them, and their range in JSON.
 * plan/step.c has the same types as rows of a table.
 */
#define STEP_TEXT(field) const char *field;
#define STEP_TEXT_OR_NULL(field) const char *field;
#define STEP_STEP(field) const char *field;
#define STEP_ID_OR_NULL(field) const char *field;
#define STEP_STEP_OR_NULL(field) const char *field;
#define STEP_FLAG(field) bool field;
#define STEP_KIND(field) enum step_kind field;
#define STEP_RERUN(field) enum rerun field;
#define STEP_INDEX(field) int field;
#define STEP_LINE(field) int field;    /* from 1 */
#define STEP_COUNT(field) int field;   /* to 20 */
#define STEP_PERCENT(field) int field; /* to 100 */
#define STEP_TARGETS(field) int field; /* to 10,000 */
#define STEP_FAILURES(field) int field;
#define STEP_MS(field) int64_t field; /* 0: none */
#define STEP_TEXTS(field) \
	const char *const *field; \
	size_t field##_count;
#define STEP_CODES(field) \
	int field[RECORD_NUMBERS]; \
	size_t field##_count;
#define STEP_CAPTURES(field) \
	const struct capture *field; \
	size_t field##_count;

/* A step.  Names of other steps, and texts that are absent, may be NULL. */
struct step {
#define ATTRIBUTE(name, sort, kinds, read, field, type, in) STEP_##type(field)
#define MEMBER(field, type, in) STEP_##type(field)
#include "plan/step.def"
#undef ATTRIBUTE
#undef MEMBER
};

/* The messages that have a step. */
enum { STEP_IN_PLAN = 1, STEP_IN_JOB = 2 };

/* A step without a value: nothing is set but what absent keys mean. */
void step_init(struct step *step);

/* The step as a new object, for that message. */
struct json_object *step_write(const struct step *step, unsigned in);

/*
 * Reads such an object; record_read() says what is refused.  The texts belong
 * to the arena.  Members that the message has not are as step_init() sets them.
 */
enum err step_read(unsigned in, struct json_object *o, struct arena *arena,
    struct step *ret, struct fault *fault);

/* The rows of step.def. */
extern const struct record_field step_fields[];

/*
 * The value that a task asks for (its capture=), described like a parameter,
 * whose texts are the step's, so that one function checks both.  False: it asks
 * for none.
 */
bool step_asks(const struct step *step, struct parameter *ret);

/* "ask", "safe": the words of the document. */
const char *step_rerun_name(enum rerun rerun);

#endif
