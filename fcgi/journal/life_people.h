/*
 * life_people.h: the part of life_may() that depends on who asks.
 */
#ifndef JOURNAL_LIFE_PEOPLE_H
#define JOURNAL_LIFE_PEOPLE_H

#include "journal/life.h"

/* The actor has the role that the verb takes, and asks for nothing that would
 * be to approve or sign work of their own. */
enum err life_people_may(enum verb verb, const struct life_run *run,
	    const struct life_step *step, const struct actor *actor,
	    struct fault *fault);

/* A decision on these: made once by each person, on the plan as it is. */
enum err life_people_may_decide(const struct life_run *run,
	    struct json_object *given, const struct actor *actor,
	    struct fault *fault);

/* The person has approved, and nothing has followed from it. */
enum err life_people_may_withdraw(const struct life_run *run,
	    struct json_object *given, const struct actor *actor,
	    struct fault *fault);

#endif
