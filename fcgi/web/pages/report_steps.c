/* report_steps.c: the steps of the report of a run. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "web/card/card.h"
#include "web/card/card_asked.h"
#include "web/card/card_attempt.h"
#include "web/card/card_gate.h"
#include "web/card/card_run.h"
#include "web/pages/report_results.h"
#include "web/pages/report_steps.h"
#include "web/views/run_model.h"
#include "web/views/model.h"
#include "web/views/view_attempts.h"

#define OUTPUTS 3  /* of a step */
#define FAILURES 3 /* in a line */
#define NAMES_IN_COLUMN 2
#define HASHES 100      /* of a run */
#define HASHES_OF_ONE 8 /* attempt */

struct report {
	struct view *v;
	const struct view_step *step;
	struct json_object *hashes;
	int64_t hashes_left;
};

bool
report_has(const struct view *v, size_t step)
{
	const struct view_step *s = &v->steps[step];

	if (s->part == PART_NOT_TAKEN)
		return !s->step->rollback && s->step->probe_of == NULL;
	return s->part != PART_ROLLBACK || v->lifecycle.mode == PART_ROLLBACK;
}

static void
add_hash(struct report *r, struct json_object *attempt, struct json_object *t,
    const char *name, const char *hash)
{
	struct json_object *o;

	if (json_count(r->hashes) >= HASHES) {
		r->hashes_left++;
		return;
	}
	o = json_object_new_object();
	model_text(o, "title", view_title(r->v, (int)(r->step - r->v->steps)));
	model_int(o, "n", json_int(attempt, "n", 0));
	model_text(o, "target", json_text(t, "name", ""));
	model_text(o, "file", name);
	model_text(o, "hash", hash);
	json_object_array_add(r->hashes, o);
}

/* The artifacts of an attempt; their hashes and those of its outputs. */
static void
add_evidence(
    struct report *r, struct json_object *attempt, struct json_object *o)
{
	struct json_object *targets = json_get(attempt, "targets");
	struct json_object *kept = json_object_new_array();
	int64_t count = 0;

	for (size_t i = 0; i < json_count(targets); i++) {
		struct json_object *t = json_at(targets, i);
		struct json_object *artifact = json_get(t, "artifact");
		const char *hash = json_text(t, "hash", NULL);

		if (hash == NULL && artifact == NULL)
			continue;
		if (count++ >= HASHES_OF_ONE) {
			r->hashes_left += (hash != NULL) + (artifact != NULL);
			continue;
		}
		if (hash != NULL)
			add_hash(r, attempt, t, NULL, hash);
		if (artifact == NULL)
			continue;
		json_object_array_add(kept, json_object_get(artifact));
		add_hash(r, attempt, t, json_text(artifact, "name", ""),
		    json_text(artifact, "hash", ""));
	}
	model_bool(o, "has_kept", json_count(kept) > 0);
	model_put(o, "kept", kept);
}

/* All of it went well at once on one target, and left nothing. */
static bool
is_plain(struct json_object *attempts)
{
	struct json_object *o = json_at(attempts, 0);
	struct json_object *results = json_get(o, "results"), *result;

	if (json_count(attempts) != 1 || json_count(results) != 1 ||
	    json_flag(o, "has_kept", false))
		return false;
	result = json_at(results, 0);
	return json_flag(result, "is_well", false) &&
	    json_int(result, "count", 0) == 1 &&
	    json_text(result, "message", NULL) == NULL &&
	    json_text(result, "skipped_text", NULL) == NULL;
}

/* The newest come first to the outputs that are shown. */
static struct json_object *
attempts_of(struct report *r)
{
	struct json_object *list = json_object_new_array();
	struct json_object *tries = view_attempts(
	    r->v, (int)(r->step - r->v->steps));
	size_t n = json_count(tries);
	int outputs = OUTPUTS;

	for (size_t i = n; i > 0; i--) {
		struct json_object *a = json_at(tries, i - 1);
		struct json_object *o = json_object_new_object();

		model_int(o, "n", json_int(a, "n", 0));
		model_text(o, "by", json_text(a, "by", NULL));
		model_text(o, "duration_text",
		    model_between(r->v->req, json_text(a, "started_at", NULL),
			json_text(a, "ended_at", NULL)));
		report_add_results(r->v, r->step, a, o, &outputs);
		json_object_array_put_idx(list, i - 1, o);
	}
	for (size_t i = 0; i < n; i++)
		add_evidence(r, json_at(tries, i), json_at(list, i));
	return list;
}

/* The targets of all attempts of the step: names, or how many. */
static const char *
where_text(struct report *r)
{
	struct json_object *tries = r->step->tries, *targets, *names, *seen;
	size_t n = json_count(tries);

	seen = request_own(r->v->req, json_object_new_object());
	names = request_own(r->v->req, json_object_new_array());
	for (size_t i = 0; i < n; i++) {
		targets = json_get(json_at(tries, i), "targets");
		for (size_t k = 0; k < json_count(targets); k++) {
			const char *name = json_text(
			    json_at(targets, k), "name", "");

			if (json_get(seen, name) != NULL)
				continue;
			json_set_bool(seen, name, true);
			json_object_array_add(
			    names, json_object_new_string(name));
		}
	}
	n = json_count(names);
	if (n > NAMES_IN_COLUMN)
		return report_number(
		    r->v->req, "targets_count", "count", (int64_t)n);
	return n > 0 ? model_names(r->v->req, names) : NULL;
}

/* From the start of the first attempt to the end of the last one. */
static const char *
took_text(struct report *r)
{
	struct json_object *tries = r->step->tries;
	size_t n = json_count(tries);
	const char *start = NULL;

	for (size_t i = 0; i < n && start == NULL; i++)
		start = json_text(json_at(tries, i), "started_at", NULL);
	return n == 0 ? NULL
		      : model_between(r->v->req, start,
			    json_text(json_at(tries, n - 1), "ended_at", NULL));
}

/* That attempts are left out, and where they are. */
static void
add_cut(struct report *r, struct json_object *o, int i)
{
	struct view *v = r->v;
	const char *url = view_earlier_url(v, i);

	model_text(o, "attempts_url", url);
	model_text(o, "attempts_text",
	    url == NULL
		? NULL
		: request_fill(v->req, "report_attempts_cut", "shown",
		      arena_printf(v->req->arena, "%d", VIEW_ATTEMPTS), "count",
		      arena_printf(
			  v->req->arena, "%" PRId64, v->steps[i].attempts),
		      NULL));
}

static struct json_object *
step_row(struct report *r, int i)
{
	struct view *v = r->v;
	const struct view_step *s = r->step = &v->steps[i];
	struct json_object *o = json_object_new_object();
	struct json_object *attempts = attempts_of(r);
	struct json_object *signatures = json_object_new_array();
	bool has = json_count(attempts) > 0 && !is_plain(attempts);

	if (s->signature != NULL)
		json_object_array_add(
		    signatures, json_object_get(s->signature));
	model_text(o, "id", s->step->id);
	model_text(o, "title", view_title(v, i));
	model_text(o, "kind_text",
	    model_word(v->req, "kind", kind_name(s->step->kind)));
	card_state(v, o, i);
	model_text(o, "state", view_outcome(v, s));
	model_text(o, "where_text", where_text(r));
	model_put(o, "gate", card_gate_page(v, i));
	model_text(o, "compared", card_compared(v->req, s->step));
	model_text(o, "by", s->by);
	model_text(o, "at",
	    state_in(s->state, IN(PENDING) | IN(READY)) ? NULL : s->at);
	model_text(o, "duration_text", took_text(r));
	model_text(o, "reason_text", card_reason(v, s));
	model_text(o, "asked_value", card_asked_value(v, i));
	model_bool(o, "has_attempts", has);
	model_put(o, "attempts", attempts);
	add_cut(r, o, i);
	model_bool(o, "has_signatures", s->signature != NULL);
	model_put(o, "signatures", signatures);
	model_bool(o, "has_more",
	    has || s->signature != NULL || json_get(o, "gate") != NULL ||
		json_get(o, "compared") != NULL ||
		json_get(o, "asked_value") != NULL ||
		json_get(o, "reason_text") != NULL);
	return o;
}

/* The failures of the last attempt and their targets; NULL: it did not fail. */
static const char *
failure_text(struct report *r, struct json_object *row)
{
	struct json_object *attempts = json_get(row, "attempts"), *results, *o;
	size_t n = json_count(attempts);
	const char *all = NULL;
	int failures = 0;

	if (n == 0)
		return NULL;
	results = json_get(json_at(attempts, n - 1), "results");
	for (size_t i = 0; i < json_count(results); i++) {
		o = json_at(results, i);
		if (json_flag(o, "is_well", false))
			continue;
		if (failures++ == FAILURES)
			return arena_printf(
			    r->v->req->arena, "%s; \xe2\x80\xa6", all);
		all = arena_printf(r->v->req->arena, "%s%s%s: %s",
		    all != NULL ? all : "", all != NULL ? "; " : "",
		    json_text(o, "count_text", json_text(o, "target", "")),
		    json_text(o, "message", json_text(o, "state_text", "")));
	}
	return all;
}

/* The reason for which a step did not go well at once; NULL: it did. */
static const char *
trouble_text(struct report *r, struct json_object *row)
{
	const struct view_step *s = r->step;
	const char *reason = json_text(row, "reason_text", NULL), *failure;

	if (s->state == STATE_SUCCEEDED && s->attempts > 1)
		return report_number(
		    r->v->req, "report_retried", "n", s->attempts);
	if (!state_in(s->state, IN(FAILED) | IN(UNKNOWN) | IN(SKIPPED)) ||
	    view_is_excluded(s) ||
	    text_eq(view_outcome(r->v, s), "skipped_optional"))
		return NULL;
	failure = failure_text(r, row);
	return reason == NULL ? failure != NULL ? failure : ""
	    : failure == NULL ? reason
			      : arena_printf(r->v->req->arena,
				    "%s \xe2\x80\x93 %s", reason, failure);
}

static void
add_trouble(
    struct report *r, struct json_object *row, struct json_object *troubles)
{
	const char *why = trouble_text(r, row);
	struct json_object *o;

	if (why == NULL)
		return;
	o = json_object_new_object();
	model_text(o, "id", r->step->step->id);
	model_put(o, "icon", json_object_get(json_get(row, "icon")));
	model_put(o, "title", json_object_get(json_get(row, "title")));
	model_put(
	    o, "state_text", json_object_get(json_get(row, "state_text")));
	model_text(o, "why", why);
	json_object_array_add(troubles, o);
}

void
report_add_steps(struct view *v, struct json_object *o)
{
	struct report r = { .v = v, .hashes = json_object_new_array() };
	struct json_object *rows = json_object_new_array(), *row;
	struct json_object *troubles = json_object_new_array();
	int section = -1;

	for (size_t i = 0; i < v->plan->steps_count; i++) {
		if (!report_has(v, i))
			continue;
		row = step_row(&r, (int)i);
		model_text(row, "section",
		    v->steps[i].step->section == section
			? NULL
			: run_model_section(v, v->steps[i].step->section));
		section = v->steps[i].step->section;
		add_trouble(&r, row, troubles);
		json_object_array_add(rows, row);
	}
	model_bool(o, "is_well",
	    json_count(troubles) == 0 && v->forward.total > 0 &&
		v->forward.done == v->forward.total &&
		v->tally.done == v->tally.total);
	model_bool(o, "has_troubles", json_count(troubles) > 0);
	model_put(o, "troubles", troubles);
	model_put(o, "step_rows", rows);
	model_bool(o, "has_hashes", json_count(r.hashes) > 0);
	model_put(o, "hash_rows", r.hashes);
	model_text(o, "hashes_text",
	    r.hashes_left == 0 ? NULL
			       : report_number(v->req, "report_hashes_cut",
				     "count", r.hashes_left));
}
