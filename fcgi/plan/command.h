/*
 * command.h: the verbs of commands.def: who may ask for each, in which states,
 * and with which fields.
 */
#ifndef PLAN_COMMAND_H
#define PLAN_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

enum role {
	ROLE_NONE,     /* anybody, signed in or not */
	ROLE_VIEWER,   /* any account */
	ROLE_OPERATOR, /* the role operator */
	ROLE_ADMIN,    /* the role admin */
	ROLE_STEP,     /* the step's own role=, else operator */
	ROLE_RULE,     /* a role that a rule of approval names */
	ROLE_SIGNER,   /* the step's sign= role */
	ROLE_LOCAL,    /* only our own programs, on their own socket */
	ROLE_RUNNER,   /* only the runner, on its socket */
	ROLE__MAX
};

/* clang-format off */
enum verb {
#define PAGE(verb, ...) VERB_##verb,
#define COMMAND PAGE
#define RUN PAGE
#define STEP PAGE
#define INTERNAL PAGE
#include "plan/commands.def"
	VERB__MAX
};

enum command_condition {
	COMMAND_IDLE	   = 1,		/* no step runs, but beside this one */
	COMMAND_APPROVED   = 2,		/* all approvals count now */
	COMMAND_CLEAR	   = 2 | 4,	/* those, and the rehearsal */
	COMMAND_GATED	   = 8,		/* not behind a closed gate */
	COMMAND_ANY_PART   = 16,	/* not only in the part that goes on */
	COMMAND_UNDERSTOOD = 32,	/* irreversible: say so */
	COMMAND_LATER	   = 64,	/* the answer is 202: it has begun */
};

#define COMMAND_FIELDS_MOST 10

enum field_type {
	FIELD_TEXT,
	FIELD_WORDS,	/* a text that goes on record and is not blank */
	FIELD_SECRET,	/* a text that no page carries on */
	FIELD_NUMBER,
	FIELD_FLAG,	/* in a form "true" */
	FIELD_LIST,	/* of texts; in a form, one text with blanks or commas */
	FIELD_CHOICES,	/* of texts; in a form, a field that repeats */
	FIELD_MAP,	/* in no form */
};

enum field_origin {
	FIELD_BODY,	/* of the request */
	FIELD_PATH,	/* ":name" */
	FIELD_ACCOUNT,	/* the account of the request, or that of the path */
	FIELD_WEB,	/* the web program sets it */
};
/* clang-format on */

struct field {
	const char *name; /* NULL ends the list */
	enum field_type type;
	enum field_origin origin;
	bool required;
	size_t most; /* characters of a text (code points of Unicode); 0: no
		      * limit of its own */
};

struct command_row {
	const char *name;
	enum role role;
	const char *path;     /* of the POST request, or NULL */
	unsigned run_states;  /* 0: not about a run */
	unsigned step_states; /* 0: not about a step */
	unsigned kinds;       /* of the step */
	unsigned conditions;
	const struct field *fields; /* NULL: it only reads */
};

/* The row of the verb; of VERB__MAX: one without path, states and fields. */
const struct command_row *command_row(enum verb verb);

const char *verb_name(enum verb verb);
enum role verb_role(enum verb verb);

/* "close" of run_close, "dry_run" of step_dry_run: in the lists `can`. */
const char *verb_word(enum verb verb);

/* The verb of that name, or VERB__MAX. */
enum verb verb_find(const char *name);

#endif
