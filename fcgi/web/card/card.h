/* card.h: the model of a step of a document. */
#ifndef WEB_CARD_CARD_H
#define WEB_CARD_CARD_H

#include "web/views/view.h"

/*
 * The title of a step: its own, or, for a probe or an undo without one, derived
 * from the step that it refers to, rather than its heading.
 */
const char *card_title(struct req *req, const struct plan *plan, int step);

/*
 * A step of a document without a run, for _step_what.html and for
 * html_inherit(); made once per document and language and cached with it.
 */
struct json_object *card_base(
    struct req *req, struct cached_runbook *entry, int step);

/* Adds its members to o. */
void card_what(struct req *req, struct json_object *o,
    struct cached_runbook *entry, int step);

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
	/* what a heading says of the list that it repeats over, or NULL */
	const char *(*note)(void *ctx, int section);
};
struct json_object *card_items(
    struct cached_runbook *entry, const struct card_maker *maker);

/* The comparison with another step's output in words, or NULL. */
const char *card_compared(struct req *req, const struct step *step);

/* Success in words. */
const char *card_success(struct req *req, const struct step *step);

#endif
