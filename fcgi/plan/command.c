/* command.c: the table of commands, by name and by number. */
#include <assert.h>
#include <string.h>

#include "plan/command.h"
#include "plan/kind.h"
#include "plan/state.h"

#define OPEN STATES_OPEN
#define GOING (IN(RUNNING) | IN(PAUSED))
#define ANY_KIND (~0u)
#define IDLE COMMAND_IDLE
#define APPROVED COMMAND_APPROVED
#define CLEAR COMMAND_CLEAR
#define GATED COMMAND_GATED
#define ANY_PART COMMAND_ANY_PART
#define UNDERSTOOD COMMAND_UNDERSTOOD
#define LATER COMMAND_LATER

#define NEED(name, type, most) { #name, FIELD_##type, FIELD_BODY, true, most },
#define MAY(name, type, most) { #name, FIELD_##type, FIELD_BODY, false, most },
#define PATH(name) { #name, FIELD_TEXT, FIELD_PATH, true, 1000 },
#define ACCOUNT(name) { #name, FIELD_TEXT, FIELD_ACCOUNT, true, 1000 },
#define WEB(name, type, most) { #name, FIELD_##type, FIELD_WEB, false, most },
#define FIELDS(...) ((const struct field[]){ __VA_ARGS__{ .name = NULL } })

/* clang-format off */
static const struct command_row rows[] = {
#define PAGE(verb, who) { .name = #verb, .role = ROLE_##who },
#define COMMAND(verb, who, path, body) \
	{ #verb, ROLE_##who, path, 0, 0, 0, 0, FIELDS(body) },
#define RUN(verb, who, states, conditions, path, body) \
	{ #verb, ROLE_##who, "/runs/:run" path, states, 0, 0, conditions, \
	    FIELDS(body) },
#define STEP(verb, who, run, step, kinds, conditions, path, body) \
	{ #verb, ROLE_##who, "/runs/:run/steps/:step" path, run, step, kinds, \
	    conditions, FIELDS(body) },
#define INTERNAL(verb, who, body) \
	{ .name = #verb, .role = ROLE_##who, .fields = FIELDS(body) },
#include "plan/commands.def"
	[VERB__MAX] = { .name = "", .role = ROLE_RUNNER, .fields = FIELDS() }, /* refused to people */
};

#define FEW(verb, ...) \
	static_assert(sizeof(FIELDS(__VA_ARGS__)) / sizeof(struct field) <= \
	    COMMAND_FIELDS_MOST + 1, #verb);
#define PAGE(verb, who)
#define COMMAND(verb, who, path, body) FEW(verb, body)
#define RUN(verb, who, states, conditions, path, body) FEW(verb, body)
#define STEP(verb, who, run, step, kinds, conditions, path, body) \
	FEW(verb, body)
#define INTERNAL(verb, who, body) FEW(verb, body)
#include "plan/commands.def"
/* clang-format on */

const struct command_row *
command_row(enum verb verb)
{
	return &rows[verb];
}

const char *
verb_name(enum verb verb)
{
	return rows[verb].name;
}

enum role
verb_role(enum verb verb)
{
	return rows[verb].role;
}

const char *
verb_word(enum verb verb)
{
	const char *sort = strchr(rows[verb].name, '_');

	return sort != NULL ? sort + 1 : rows[verb].name;
}

enum verb
verb_find(const char *name)
{
	for (size_t i = 0; i < VERB__MAX; i++)
		if (strcmp(rows[i].name, name) == 0)
			return (enum verb)i;
	return VERB__MAX;
}
