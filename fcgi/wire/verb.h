/* verb.h: the verbs of verbs.def and their roles. */
#ifndef WIRE_VERB_H
#define WIRE_VERB_H

enum role {
	ROLE_NONE,
	ROLE_VIEWER,
	ROLE_OPERATOR,
	ROLE_ADMIN,
	ROLE_STEP,
	ROLE_RULE,
	ROLE_SIGNER,
	ROLE_LOCAL,
	ROLE_RUNNER,
	ROLE__MAX
};

enum verb {
#define VERB(name, role) VERB_##name,
#include "wire/verbs.def"
#undef VERB
	VERB__MAX
};

const char *verb_name(enum verb verb);
enum role verb_role(enum verb verb);

/* The verb of that name, or VERB__MAX. */
enum verb verb_find(const char *name);

#endif
