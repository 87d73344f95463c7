/*
 * lifecycle_people.h: the part of run_authorize() that depends on who asks.
 */
#ifndef JOURNAL_LIFECYCLE_PEOPLE_H
#define JOURNAL_LIFECYCLE_PEOPLE_H

#include <stdbool.h>

#include "base/err.h"
#include "journal/lifecycle.h"

/*
 * The actor has the role of the verb and would not approve or sign their own
 * work.
 */
enum err lifecycle_people_authorize(enum verb verb,
    const struct lifecycle_run *run, const struct lifecycle_step *step,
    const struct actor *actor, struct fault *fault);

/* Each person decides once, on the plan as it is. */
enum err lifecycle_people_may_decide(const struct lifecycle_run *run,
    struct json_object *given, const struct actor *actor, struct fault *fault);

/*
 * The person has approved the plan (or the gate), and nothing has followed from
 * it.
 */
enum err lifecycle_people_may_withdraw(const struct lifecycle_run *run,
    const struct lifecycle_step *gate, const struct actor *actor,
    struct fault *fault);

/* The actor has the role. */
bool actor_has(const struct actor *actor, const char *role);

/*
 * ERR_OK: the actor has the role that the verb needs from everybody: operator
 * or admin.
 */
enum err run_authorize_verb(
    enum verb verb, const struct actor *actor, struct fault *fault);

#endif
