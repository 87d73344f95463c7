/* verb.c: the table of verbs, by name and by number. */
#include <stddef.h>
#include <string.h>

#include "wire/verb.h"

static const struct {
	const char *name;
	enum role role;
} verbs[VERB__MAX] = {
#define VERB(name, role) { #name, ROLE_##role },
#include "wire/verbs.def"
#undef VERB
};

const char *
verb_name(enum verb verb)
{
	return verbs[verb].name;
}

enum role
verb_role(enum verb verb)
{
	return verbs[verb].role;
}

enum verb
verb_find(const char *name)
{
	for (size_t i = 0; i < VERB__MAX; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return (enum verb)i;
	return VERB__MAX;
}
