/* run_model.h: the model shared by run page, JSON and report. */
#ifndef WEB_VIEWS_RUN_MODEL_H
#define WEB_VIEWS_RUN_MODEL_H

#include "web/views/view.h"

/* The run without its steps (DESIGN section 8).  A new object. */
struct json_object *run_model(struct view *v);

/* tally_text() of the mode. */
const char *run_model_progress(const struct view *v);

/* The title of the section with its values (arena). */
const char *run_model_section(struct view *v, int section);

/* Adds "steps". */
void run_model_add_steps(struct view *v, struct json_object *o);

/* [{label, name, value, is_secret}] of its parameters.  A new array. */
struct json_object *run_model_parameters(struct view *v);

/*
 * [{seq, by, at, text}] of the newest `most` comments before the event
 * `before`, in their order.  *ret_earlier: there are others before that event,
 * or 0.  A new array.
 */
#define RUN_MODEL_COMMENTS 50 /* of a page */
struct json_object *run_model_comments(
    struct view *v, int64_t before, int64_t most, int64_t *ret_earlier);

/*
 * [{id, title, targets, is_first}]: the other runs that lock targets that this
 * one has to take, with their names. A new array.
 */
struct json_object *run_model_holders(struct view *v);

/*
 * {by, at, reason} of the last time that the run was parked, or that its
 * rollback was begun; NULL: it was not, or the rollback was cancelled.
 */
struct json_object *run_model_parked(struct view *v);
struct json_object *run_model_rolled_back(struct view *v);

/*
 * The first command that brings the run on which the person may give to the
 * step now; VERB__MAX: none.
 */
enum verb run_model_verb(const struct view *v, int step);

/*
 * The index of the step in focus, or -1: the first of the current ones, or the
 * first of them that waits for the person.
 */
int run_model_focused(const struct view *v);

/*
 * The state of the run's current steps that people have to look after first:
 * failed, in doubt, unsigned; STATE_NONE if there is no such step.
 */
enum state run_model_trouble(const struct view *v);

/*
 * Corrects icon and state_text of a run that goes on without trouble: it is
 * rolled back, or has no step left and is to be closed.
 */
void run_model_phase(struct view *v, struct json_object *o);

/*
 * The state in whose colour its progress is: that of a run that has ended, or
 * "succeeded" once all steps have; NULL: it goes on.
 */
const char *run_model_full(const struct view *v, struct json_object *o);

/* The words before the title of a current step: "Next:", "Next: (1 of 3)". */
const char *run_model_focus(const struct view *v, int step);

/* "Next: Stop the service", or NULL without a step in focus. */
const char *run_model_focus_text(struct view *v);

#endif
