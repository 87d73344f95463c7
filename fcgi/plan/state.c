/* state.c: the words of states and parts. */
#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "base/json.h"
#include "plan/state.h"

static_assert(STATE__MAX <= 32, "a set of states has 32 bits");

/* clang-format off */
static const char *const states[STATE__MAX] = {
#define STATE(name, word) word,
#include "plan/states.def"
};
/* clang-format on */

static const char *const parts[PART__MAX] = {
	[PART_NONE] = "",
	[PART_MAIN] = "main",
	[PART_ROLLBACK] = "rollback",
	[PART_PROBE] = "probe",
	[PART_NOT_TAKEN] = "not_taken",
};

/* Few words begin with the same letter: a page looks up hundreds. */
static int
find(const char *const *words, int count, const char *word)
{
	for (int i = 1; word != NULL && i < count; i++)
		if (*words[i] == *word && strcmp(words[i], word) == 0)
			return i;
	return 0;
}

bool
state_in(enum state state, unsigned set)
{
	return state != STATE_NONE && (set >> state & 1) != 0;
}

const char *
state_word(enum state state)
{
	return states[state];
}

enum state
state_find(const char *word)
{
	return (enum state)find(states, STATE__MAX, word);
}

enum state
state_read(struct json_object *row)
{
	return state_find(json_text(row, "state", NULL));
}

const char *
part_word(enum part part)
{
	return parts[part];
}

enum part
part_find(const char *word)
{
	return (enum part)find(parts, PART__MAX, word);
}

enum part
part_read(struct json_object *row)
{
	return part_find(json_text(row, "part", NULL));
}
