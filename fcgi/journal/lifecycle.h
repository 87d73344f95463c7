/*
 * lifecycle.h: the life of a run: which verb is possible in which state, for
 * whom.
 *
 * The keeper asks before it appends, the web to know which buttons to show:
 * the same function, so that they cannot disagree.
 */
#ifndef JOURNAL_LIFECYCLE_H
#define JOURNAL_LIFECYCLE_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "compiler/runbook.h"
#include "journal/db.h"
#include "wire/verb.h"

/* Who asks.  `roles` is a JSON array of names and belongs to the owner. */
struct actor {
	const char *name; /* "" where nobody is known */
	struct json_object *roles;
	bool local;         /* our own command line */
	bool session;       /* signed in, not a token */
	unsigned lacks;     /* AUTH_* that a token lacks */
	int64_t expires_at; /* of the token; 0: never */
	char reset_by[65];  /* who else set the password,
			     * unconfirmed; "" for none */
	int64_t reset_at;
	bool reset_own;  /* and its person another one
			  * since */
	bool reset_open; /* somebody could confirm it */
};

bool actor_has(const struct actor *actor, const char *role);

/* What a request itself says of what it is for.  NULL in a lifecycle_run stands
 * for what the forms of the page send. */
struct lifecycle_ask {
	const char *plan;     /* that was read, or NULL */
	const char *decision; /* approve, reject */
	bool understood;      /* that it cannot be undone */
};

/* What run_authorize() is told of a run (run_load.h fills it in); texts belong
 * to the caller. */
struct lifecycle_run {
	int64_t id;
	const char *state;
	const char *mode;
	const char *created_by;
	const char *plan;
	const char *current;             /* or NULL */
	struct json_object *approvals;   /* rules (approval.h) */
	struct json_object *given;       /* decisions on this plan that
					  * stand */
	struct json_object *authors;     /* [names]: whose values the
					  * plan has */
	int64_t moment;                  /* approval_moment() */
	const struct lifecycle_ask *ask; /* or NULL */
	const char *unrehearsed;         /* the environment where a
					  * rehearsal is missing, or
					  * NULL */
	const char *open_gate;           /* no step has run, and this
					  * gate is not given: its
					  * title, or NULL */
	bool has_begun;                  /* a step has run */
	bool busy;                       /* a step is at work */
	bool can_roll_back;              /* there are rollback steps */
	bool rollback_begun;             /* one of them was pressed */
};

struct lifecycle_step {
	const struct step *step; /* of the book */
	const char *state;
	const char *part;            /* main, rollback, probe */
	const char *by;              /* who did the last thing, or
				      * NULL */
	const char *at;              /* when, RFC 3339, or NULL */
	const char *of_state;        /* a probe: state of its step */
	bool probed;                 /* its probe said: not taken
				      * effect; or it never began */
	bool later_ran;              /* a step behind it was
				      * pressed */
	bool untried;                /* rerun=never: on some target
				      * it never began */
	const char *gate;            /* title of a gate before it
				      * that is not given, or NULL */
	struct json_object *given;   /* a gate: plan_decisions() on
				      * it */
	struct json_object *workers; /* [names]: who worked on it */
	struct json_object *probers; /* [names]: on its probe */
};

/*
 * Whether the actor may do the verb to the run (and step, NULL where the verb
 * has none) now.  ERR_OK; ERR_FORBIDDEN: never with these roles;
 * ERR_CONFLICT: not in this state, with a fault that says who and when;
 * ERR_INVALID: the request lacks what it must say.
 */
enum err run_authorize(enum verb verb, const struct lifecycle_run *run,
    const struct lifecycle_step *step, const struct actor *actor,
    struct fault *fault);

/* Somebody did something to the step: pressed, confirmed, skipped, decided. */
bool lifecycle_is_pressed(const char *by, int64_t attempts);

/* The verb concerns a run or a step, so that run_authorize() decides on it. */
bool lifecycle_decides(enum verb verb);

/* Whether the actor has what the verb itself takes of everybody: the role
 * operator or admin. */
enum err run_authorize_verb(
    enum verb verb, const struct actor *actor, struct fault *fault);

/* A refusal with this code is an attempt to get around the rules of four
 * eyes, and goes on record. */
bool lifecycle_is_recorded(enum verb verb, const char *code);

/* A step in this state lets the next one be ready. */
bool lifecycle_is_done(const char *step_state);

/* A step in this state is being executed. */
bool lifecycle_is_busy(const char *step_state);

#endif
