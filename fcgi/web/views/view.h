/*
 * view.h: a run as loaded for pages: its row, its document, its steps with
 * their attempts, and the permissions of the person.
 */
#ifndef WEB_VIEWS_VIEW_H
#define WEB_VIEWS_VIEW_H

#include "journal/run_load.h"
#include "journal/outcome.h"
#include "web/views/artifacts.h"
#include "web/views/runbook_cache.h"

#define VIEW_DOTS \
	"\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2" /* a secret */

/* A step of the document together with its row. */
struct view_step {
	const struct step *step;
	enum part part;
	enum state state;
	const char *by; /* NULL: nobody */
	const char *at; /* NULL: never */
	const char *reason;
	struct json_object *signature; /* {by, at, note}, or NULL */
	int64_t position;
	int64_t attempts;
	struct json_object *tries; /* of view_attempts(), or NULL */
};

struct view {
	struct req *req;
	struct json_object *run; /* of STMT_RUN_GET */
	struct cached_runbook *entry;
	const struct plan *plan;
	struct view_step *steps;       /* one per step of the runbook */
	struct json_object *variables; /* {name: value} */
	int64_t below;                 /* this number attempts are shown */
	bool all_targets;              /* of an attempt, however many */
	struct lifecycle loaded;
	struct lifecycle_run lifecycle; /* loaded.run */
	struct tally tally;             /* of the steps of the mode */
	struct tally forward;           /* of those before a rollback */
	int not_taken;                  /* of version hops left out */
	struct json_object *rollback;   /* rollback_model(); NULL: not made */
	bool finished;                  /* all steps of the mode are settled */
	bool troubled;                  /* and some did not go well */
};

/* Loads a run in one short read transaction.  Everything is owned by the
 * request.  ERR_NOT_FOUND with a fault. */
enum err view_load(struct req *req, int64_t run, struct view **ret);

/* The same of a row of STMT_RUN_GET and its document, which stay the caller's.
 */
struct view *view_of(
    struct req *req, struct json_object *run, struct cached_runbook *entry);

/* A time of the row as text (arena); NULL for NULL. */
const char *view_time(struct view *v, struct rows *rows, const char *column);

/* The value of a name for runbook_render() and `when`: parameters (secrets as
 * dots), captured variables, environment.  ctx is the view. */
const char *view_value(void *ctx, const char *name);

/* The person may apply the verb to the step now; step -1: to the run. */
bool view_may(const struct view *v, enum verb verb, int step);

/*
 * The decisions in force on a gate for the present plan: rows as of
 * approval_standing(), owned by the request. NULL: not a gate.
 */
struct json_object *view_decided(const struct view *v, int step);

/* The first closed gate before the step: its index, or -1. */
int view_gate(const struct view *v, int step);

/* The step is excluded by a `when`, or had nothing to undo. */
bool view_is_excluded(const struct view_step *s);

/* The usual duration, from the last successes of the step in runs of this
 * runbook; step -1: of runs in this environment.  In words, or NULL. */
const char *view_usual(const struct view *v, int step);

/* The title of a step with its {{names}} filled in; belongs to the request. */
const char *view_title(const struct view *v, int step);

/* Adds icon and state_text of a state of the step, an attempt or a target.  If
 * it is of a probe that has ended well, it is the answer, by its exit status:
 * 0, 1, or none (keeper/probe.h). */
void view_put_state(const struct view *v, const struct view_step *s,
    struct json_object *o, const char *state, struct json_object *exit,
    bool answered);

/* They say that a probe has found no effect. */
bool view_is_no(const struct view_step *s, struct json_object *o);

/* outcome_of_row() of a step of the page. */
const char *view_outcome(const struct view *v, const struct view_step *s);

/* tally_notes() of the run; hops that it does not take are left out. */
struct json_object *view_notes(const struct view *v);

/* The names of the targets of a step; none for manual steps.  New. */
struct json_object *view_targets(const struct view *v, const struct step *step);

/* About the list that a section repeats over, which a step captures: its steps
 * are a template before that.  A value of card_maker.note; ctx is the view. */
const char *view_list_note(void *ctx, int section);

/* The step is one of a template: the run does not have it. */
bool view_is_template(const struct view *v, int step);

/* The step is next or at work; or over, if nothing is ready in a paused run. */
bool view_is_current(const struct view *v, int step);

/* Nothing has run yet; and: the reader has asked for cards that are open. */
bool view_is_planned(const struct view *v);
bool view_is_reading(const struct view *v);

#endif
