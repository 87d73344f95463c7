/*
 * kind.c: the kinds of step, by the table kinds.def.
 *
 * The flags of a kind include a bit of its own, so that a set of kinds is a set
 * of flags: kind_is(kind, KIND_SQL | KIND_ONE(COPY)).
 */
#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "plan/kind.h"

static_assert(STEP_KIND__MAX <= 16, "the bits of kinds and flags overlap");

/* clang-format off */
const char *const kind_words[STEP_KIND__MAX + 1] = {
#define KIND(name, word, interpreter, target, flags) word,
#include "plan/kinds.def"
};

static const struct {
	const char *interpreter;
	const char *target;
	unsigned flags;
} kinds[] = {
#define KIND(name, word, interpreter, target, flags) \
	{ interpreter, target, (flags) | KIND_ONE(name) },
#include "plan/kinds.def"
};
/* clang-format on */

unsigned
kind_flags(int kind)
{
	return kind >= 0 && kind < STEP_KIND__MAX ? kinds[kind].flags : 0;
}

bool
kind_is(int kind, unsigned flags)
{
	return (kind_flags(kind) & flags) != 0;
}

const char *
kind_name(enum step_kind kind)
{
	return (unsigned)kind < STEP_KIND__MAX ? kind_words[kind] : "unknown";
}

const char *
kind_interpreter(enum step_kind kind)
{
	return (unsigned)kind < STEP_KIND__MAX ? kinds[kind].interpreter : NULL;
}

const char *
kind_target(enum step_kind kind)
{
	return (unsigned)kind < STEP_KIND__MAX ? kinds[kind].target : NULL;
}

bool
kind_acts_on(enum step_kind kind, const char *target)
{
	const char *own = kind_target(kind);

	if (strcmp(target, "local") == 0 && kind_is((int)kind, KIND_LOCAL))
		return true;
	return own != NULL &&
	    (strcmp(own, target) == 0 || strcmp(own, "*") == 0);
}

int
kind_find(const char *word)
{
	for (int i = 0; i < STEP_KIND__MAX; i++)
		if (strcmp(kind_words[i], word) == 0)
			return i;
	return -1;
}
