/*
 * kind.h: the kinds of step and what is true of each; the table is kinds.def.
 */
#ifndef PLAN_KIND_H
#define PLAN_KIND_H

#include <stdbool.h>

/* clang-format off */
enum step_kind {
#define KIND(name, word, interpreter, target, flags) STEP_##name,
#include "plan/kinds.def"
	STEP_KIND__MAX
};

enum kind_flag {
	KIND_BLOCK    = 1 << 16, /* a fenced block with the word is a step */
	KIND_EXECUTED = 1 << 17, /* by an executor, on targets */
	KIND_PERSON   = 1 << 18, /* a person does it: nothing is executed */
	KIND_OUTPUT   = 1 << 19, /* expect=, capture= and save= read its output */
	KIND_SCRIPT   = 1 << 20, /* has an interpreter; values are variables */
	KIND_SHELL    = 1 << 21, /* a script of a POSIX shell */
	KIND_TTY      = 1 << 22, /* can have a terminal, and be interactive */
	KIND_SQL      = 1 << 23, /* statements for a database */
	KIND_VALUES   = 1 << 24, /* {{name}} in its text is filled in */
	KIND_DRY_RUN  = 1 << 25, /* shows its changes without making them */
	KIND_LOCAL    = 1 << 26, /* acts on the console's machine as well */
	KIND_CLIENT   = 1 << 27, /* needs the clients of databases and HTTP */
};
/* clang-format on */

/* One kind as a flag: KIND_ONE(COPY) | KIND_SQL. */
#define KIND_ONE(name) (1u << STEP_##name)

/* All that is true of the kind, itself as a flag too; 0 of -1. */
unsigned kind_flags(int kind);

/* The kind is one of these, or has one of these flags; false for -1. */
bool kind_is(int kind, unsigned flags);

/* The words of all kinds; NULL ends them. */
extern const char *const kind_words[];

/* "sh", "mysql", "manual": the word of documents and events. Never NULL. */
const char *kind_name(enum step_kind kind);

/* "python3" of a script; NULL if it is none. */
const char *kind_interpreter(enum step_kind kind);

/* The kind of target that it acts on: "ssh", "mysql"; NULL if on none. */
const char *kind_target(enum step_kind kind);

/* It can act on targets of that kind: its own one, or "local". */
bool kind_acts_on(enum step_kind kind, const char *target);

/* The kind with this word, or -1. */
int kind_find(const char *word);

#endif
