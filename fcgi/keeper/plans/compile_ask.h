/*
 * compile_ask.h: plans and environments from countersign-compile, which the
 * keeper never waits for.
 *
 * A command asks.  An answer that is known is there at once.  Otherwise a
 * process is started, the command ends without having done anything, and the
 * event loop calls it again when the answer is there.
 */
#ifndef KEEPER_PLANS_COMPILE_ASK_H
#define KEEPER_PLANS_COMPILE_ASK_H

#include "keeper/plans/compile_job.h"
#include "keeper/keeper.h"

/* Finds the program beside this one.  The keeper frees it at its end. */
void compile_open(struct keeper *k);
void compile_close(struct keeper *k);

/*
 * The answer to the request; it is valid until the command ends.  If it is a
 * refusal without a plan, that is the fault.  ERR_UNAVAILABLE with a fault:
 * there is none, or not yet (compile_wanted()); the caller returns it.
 */
enum err compile_ask(struct keeper *k, const struct compile_request *r,
    const struct compile_answer **ret, struct fault *fault);

/* The same for the environments of a targets.yml. */
enum err compile_ask_targets(struct keeper *k, const struct buf *text,
    const struct compile_answer **ret, struct fault *fault);

/*
 * Adds the files that the plan's requests send to the resolved targets, hashed
 * by a child (plan_files_hash()).  ERR_UNAVAILABLE as in compile_ask().
 */
enum err compile_files(struct keeper *k, const struct plan *plan,
    struct json_object *resolved, struct fault *fault);

/* ERR_OK, or the refusal of an answer that has a plan as well. */
enum err compile_refused(const struct compile_answer *a, struct fault *fault);

/* Removes an answer that does not fit, so that it is asked for again. */
void compile_forget(struct keeper *k, const struct compile_answer *a);

/* The fault of a failure. */
enum err compile_failed(enum compile_failure failure, struct fault *fault);

/*
 * While it is set, compile_ask() waits for the process:
 * at the start, when nobody is served yet.
 */
void compile_set_waiting(struct keeper *k, bool waits);

/*
 * For the event loop.  Before it calls a command: the job that the command has
 * waited for, or NULL.  After it: the job that it waits for, which the caller
 * owns, or NULL.
 */
void compile_resume(struct keeper *k, const struct compile_job *ended);
struct compile_job *compile_wanted(struct keeper *k);

/* The path of the program; takes the answer of a job that has ended. */
const char *compile_program(const struct keeper *k);
void compile_take(struct keeper *k, struct compile_job *j);

#endif
