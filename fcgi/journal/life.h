/*
 * life.h: the life of a run: which verb is possible in which state, for whom.
 *
 * The keeper asks before it appends, the web to know which buttons to show:
 * the same function, so that they cannot disagree.
 */
#ifndef JOURNAL_LIFE_H
#define JOURNAL_LIFE_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "book/book.h"
#include "journal/db.h"
#include "wire/verb.h"

/* Who asks.  `roles` is a JSON array of names and belongs to the owner. */
struct actor {
	const char		*name;		/* "" where nobody is known */
	struct json_object	*roles;
	bool			 local;		/* our own command line */
	bool			 session;	/* signed in, not a token */
	unsigned		 lacks;		/* AUTH_* that a token lacks */
	int64_t			 expires_at;	/* of the token; 0: never */
	char			 reset_by[65];	/* who else set the password,
						 * unconfirmed; "" for none */
	int64_t			 reset_at;
	bool			 reset_open;	/* somebody could confirm it */
};

bool	actor_has(const struct actor *actor, const char *role);

/* The row of a run that life_may() looks at; texts belong to the caller. */
struct life_run {
	int64_t		 id;
	const char	*state;
	const char	*mode;
	const char	*created_by;
	const char	*plan;
	const char	*current;		/* or NULL */
	struct json_object *approvals;		/* rules [{role, count}] */
	struct json_object *given;		/* of this plan: [{by, decision,
						 * roles}] */
	bool		 busy;			/* a step is at work */
	bool		 can_roll_back;		/* there are rollback steps */
	bool		 rollback_begun;	/* one of them was pressed */
};

struct life_step {
	const struct step *step;		/* of the book */
	const char	*state;
	const char	*part;			/* main, rollback, probe */
	const char	*by;			/* who did the last thing, or
						 * NULL */
	const char	*at;			/* when, RFC 3339, or NULL */
	const char	*of_state;		/* a probe: state of its step */
	bool		 probed;		/* its probe said: not taken
						 * effect; or it never began */
	bool		 later_ran;		/* a step behind it was
						 * pressed */
	bool		 untried;		/* rerun=never: on some target
						 * it never began */
	const char	*gate;			/* title of a gate before it
						 * that is not given, or NULL */
	struct json_object *given;		/* a gate: plan_decisions() on
						 * it */
};

/*
 * Whether the actor may do the verb to the run (and step, NULL where the verb
 * has none) now.  ERR_OK; ERR_FORBIDDEN: never with these roles;
 * ERR_CONFLICT: not in this state, with a fault that says who and when.
 */
enum err life_may(enum verb verb, const struct life_run *run,
	    const struct life_step *step, const struct actor *actor,
	    struct fault *fault);

/* Somebody did something to the step: pressed, confirmed, skipped, decided. */
bool	life_is_pressed(const char *by, int64_t attempts);

/* A step in this state lets the next one be ready. */
bool	life_is_done(const char *step_state);

/* A step in this state is being executed. */
bool	life_is_busy(const char *step_state);

/* How many people who have the role now approved: of plan_decisions(). */
int	life_given(struct json_object *given, const char *role);

/* The gate is given by these decisions: enough approved, nobody rejected. */
bool	life_is_given(const struct step *gate, struct json_object *given);

/* The role that decides on a gate, and how many of it must approve. */
const char *life_gate_role(const struct step *gate);
int	life_gate_count(const struct step *gate);

/* All rules of approval are met by what was given to the plan. */
bool	life_is_approved(struct json_object *rules, struct json_object *given);

#endif
