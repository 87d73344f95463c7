/*
 * lifecycle.h: the lifecycle of a run: which verb is possible in which state,
 * for whom.
 *
 * The keeper asks before it appends, the web program to choose the buttons to
 * show: the same function, so they cannot disagree.
 */
#ifndef JOURNAL_LIFECYCLE_H
#define JOURNAL_LIFECYCLE_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "plan/plan.h"
#include "journal/db.h"
#include "plan/state.h"
#include "plan/command.h"

/* The person who asks. */
struct actor {
	const char *name;          /* "" if unknown */
	struct json_object *roles; /* [names], of the owner */
	bool local;                /* our own command line */
	bool session;              /* signed in, not by a token */
	unsigned lacks;            /* AUTH_* that a token lacks */
	int64_t expires_at;        /* of the token; 0: never */
	int64_t used_at;           /* the session, as recorded */
	char reset_by[65]; /* who else set the password, unconfirmed, or "" */
	int64_t reset_at;
	bool reset_own;  /* and its owner has set another one since */
	bool reset_open; /* somebody could confirm it */
};

/*
 * The purpose of a request, as the request itself states it. NULL in a
 * lifecycle_run stands for the values that the page's forms send.
 */
struct lifecycle_ask {
	const char *plan;     /* that the person read, or NULL */
	const char *decision; /* approve, reject */
	bool understood;      /* that the person knows it cannot be undone */
};

/*
 * The input of run_authorize() about a run (run_load.h fills it in); texts
 * belong to the caller.
 */
struct lifecycle_run {
	int64_t id;
	enum state state;
	enum part mode; /* main or rollback */
	const char *created_by;
	const char *plan;
	const char *current;             /* or NULL */
	struct json_object *approvals;   /* rules (approval.h) */
	struct json_object *given;       /* decisions in force on this plan */
	struct json_object *authors;     /* [names]: authors of the plan's
					  * values */
	int64_t moment;                  /* approval_moment() */
	const struct lifecycle_ask *ask; /* or NULL */
	const char *unrehearsed; /* where a rehearsal is missing; NULL */
	const char *open_gate;   /* closed, and no step has run: its
				  * title, or NULL */
	bool has_begun;          /* a step has run */
	bool busy;               /* a step runs, or several */
	bool unknown;            /* nobody knows whether one does */
	bool can_roll_back;      /* there are rollback steps */
	bool rollback_begun;     /* one of them was started */
};

struct lifecycle_step {
	const struct step *step; /* of the runbook */
	enum state state;
	enum part part;
	const char *by;              /* actor of the last action, or NULL */
	const char *at;              /* when, RFC 3339, or NULL */
	enum state of_state;         /* a probe: state of its step */
	bool probed;                 /* its probe reported: no effect; or it
				      * never began */
	bool later_ran;              /* a step behind it was started */
	bool held;                   /* by a step that runs, not beside it */
	bool untried;                /* rerun=never: on some target
				      * it never began */
	const char *gate;            /* title of a closed gate before it, or
				      * NULL */
	struct json_object *given;   /* a gate: approval_standing() on
				      * it */
	struct json_object *workers; /* [names]: people who worked on it */
	struct json_object *probers; /* [names]: on its probe */
};

/*
 * ERR_OK: the actor may apply the verb to the run (and step, NULL if the verb
 * has none) now. ERR_FORBIDDEN: never with these roles; ERR_CONFLICT: not in
 * this state, with a fault that names who and when; ERR_INVALID: the request
 * lacks a required statement.
 */
enum err run_authorize(enum verb verb, const struct lifecycle_run *run,
    const struct lifecycle_step *step, const struct actor *actor,
    struct fault *fault);

/* A person acted on the step: started, confirmed, skipped, decided. */
bool lifecycle_is_pressed(const char *by, int64_t attempts);

/* The state of a step with that outcome: its success may need a signature. */
enum state lifecycle_state_of(enum state outcome, const struct step *step);

/* The verb concerns a run or a step, so run_authorize() decides on it. */
bool lifecycle_decides(enum verb verb);

/*
 * A refusal with this code is an attempt to bypass the four-eyes rules, and is
 * recorded.
 */
bool lifecycle_is_recorded(enum verb verb, const char *code);

#endif
