/* card.h: the models of steps: description, results, possible actions. */
#ifndef WEB_VIEWS_CARD_H
#define WEB_VIEWS_CARD_H

#include "web/views/view.h"

/*
 * Of a copy step: the pairs "a → b" of targets in its lines, and the targets
 * (or groups) at both ends, each once. New arrays; empty for other steps.
 */
struct json_object *card_copy_pairs(struct req *req, const struct step *step);
struct json_object *card_copy_ends(struct req *req, const struct step *step);

/* The people with a role: "ana, bo", or a text that there are none. */
const char *card_people(struct req *req, const char *role);

/*
 * The title of a step: its own, or, for a probe or an undo without one, derived
 * from the step that it refers to, rather than its heading.
 */
const char *card_title(struct req *req, const struct plan *plan, int step);

/* A step of a document without a run, for _step_what.html. */
void card_what(struct req *req, struct json_object *o,
    struct cached_runbook *entry, int step);

/*
 * The same for pages, made once per document and language and cached with it;
 * for html_inherit().
 */
struct json_object *card_base(
    struct req *req, struct cached_runbook *entry, int step);

/* A step of a run for JSON (DESIGN section 8).  A new object. */
struct json_object *card_json(struct view *v, int step);

/* A step of a run for run.html.  A new object. */
struct json_object *card_page(struct view *v, int step);

/*
 * False for a step that is over or not reached yet: it has no actions, and its
 * card is the same until its row changes.
 */
bool card_may_change(const struct view *v, int step);

/*
 * The headings, prose and steps of a document for which keep(ctx, item) is
 * true; make(ctx, step) gives the model of a step, or ready(ctx, item) its
 * finished HTML (NULL: none). A new array.
 */
struct card_maker {
	bool (*keep)(void *ctx, const struct item *item);
	struct json_object *(*make)(void *ctx, int step);
	struct json_object *(*ready)(void *ctx, const struct item *item);
	const char *lang;
	value_fn value; /* for prose, or NULL */
	void *ctx;
};
struct json_object *card_items(
    struct cached_runbook *entry, const struct card_maker *maker);

/*
 * A gate: who approves and who has (NULL: not a gate). The second has the
 * additions for its card. New objects (card_gate.c).
 */
struct json_object *card_gate(struct view *v, int step);
struct json_object *card_gate_page(struct view *v, int step);

/* Why the person cannot decide on an open request at a gate, in words. */
const char *card_gate_blocked(struct view *v, int step);

/*
 * The reason of a step's state for people; adds icon and state_text, which for
 * a probe are its answer.
 */
const char *card_reason(struct view *v, const struct view_step *s);
void card_state(struct view *v, struct json_object *o, int step);

/* The statements of a target that people skipped, in words, or NULL. */
const char *card_skipped(struct view *v, struct json_object *target);

/* Success in words. */
const char *card_success(struct req *req, const struct step *step);

/* "can_retry": the member that tells a template of the verb's button. */
const char *card_flag(struct req *req, enum verb verb);

/* The possible verbs, by name, for JSON.  A new array. */
struct json_object *card_can_run(struct view *v);
struct json_object *card_can_step(const struct view *v, int step);

#endif
