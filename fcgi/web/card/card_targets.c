/*
 * card_targets.c: the targets of a step on its card, one or a thousand.
 *
 * A card has room for a few: those that need a person come first, the rest is
 * counted, with links to the list of all (page_targets_of_step.c). The last
 * result of each target over all attempts counts, as a retry may have covered
 * only some of them.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "journal/target_status.h"
#include "web/card/card_copy.h"
#include "web/card/card_targets.h"
#include "web/views/model.h"
#include "web/views/view_attempts.h"

#define ON_CARD 8      /* targets with their output */
#define WELL_ON_CARD 2 /* if all of those have succeeded */
#define CHIPS 3        /* names in the head of a card */
#define BAR 1000       /* units of the bar of a group, */
#define LEAST 12       /* and of its smallest part */

const char *const host_states[] = { "failed", "unknown", "not_started",
	"running", "requested", "succeeded", NULL };

/* The index of a state among them. */
static int
host_rank(const char *state)
{
	int i;

	for (i = 0; host_states[i] != NULL; i++)
		if (text_eq(host_states[i], state))
			break;
	return i;
}

/* Of all attempts, which are loaded. */
static void
count_loaded(struct json_object *tries, struct json_object *counts)
{
	struct json_object *latest = json_object_new_object();

	for (size_t i = 0; i < json_count(tries); i++) {
		struct json_object *targets = json_get(
		    json_at(tries, i), "targets");

		for (size_t k = 0; k < json_count(targets); k++) {
			struct json_object *t = json_at(targets, k);

			json_set(latest, json_text(t, "name", ""),
			    json_object_get(json_get(t, "state")));
		}
	}
	json_object_object_foreach (latest, name, state) {
		const char *word = json_object_get_string(state);

		(void)name;
		json_set_int(counts, word, json_int(counts, word, 0) + 1);
	}
	json_object_put(latest);
}

/* All attempts, each with all of its targets. */
static bool
are_all_loaded(struct json_object *tries, int64_t attempts)
{
	size_t n = json_count(tries);
	bool all = (int64_t)n == attempts;

	for (size_t i = 0; all && i < n; i++)
		all = !view_is_cut(json_at(tries, i));
	return all;
}

struct json_object *
card_counts(struct view *v, int step)
{
	struct json_object *counts = json_object_new_object();
	struct json_object *tries = view_attempts(v, step);
	const struct view_step *s = &v->steps[step];
	struct rows *rows;

	if (tries == NULL)
		return counts;
	if (are_all_loaded(tries, s->attempts)) {
		count_loaded(tries, counts);
		return counts;
	}
	rows = db_query(v->req->web->db, STMT_WEB_HOST_COUNTS,
	    INT(v->lifecycle.id), TEXT(s->step->id), INT(s->attempts));
	while (db_next(rows))
		json_set_int(
		    counts, db_text(rows, "state"), db_int(rows, "targets"));
	db_done(rows);
	return counts;
}

struct json_object *
card_chips(struct view *v, const struct step *step, struct json_object *targets)
{
	size_t n = json_count(targets), pairs;
	struct json_object *list = card_copy_pairs(v->req, step);

	if ((pairs = json_count(list)) > 0 && pairs <= CHIPS)
		return list;
	json_object_put(list);
	if (n <= CHIPS)
		return json_object_get(targets);
	list = json_object_new_array();
	json_object_array_add(list,
	    json_object_new_string(
		arena_printf(v->req->arena, "%s (%zu)", step->on, n)));
	return list;
}

/*
 * The part of n in a bar of BAR units: whatever there is can be seen, and the
 * parts fill the bar.
 */
static int64_t
width_of(int64_t n, int64_t total, int64_t parts)
{
	return LEAST + n * (BAR - parts * LEAST) / total;
}

struct json_object *
target_list_summary(
    struct req *req, struct json_object *counts, const char *url)
{
	struct json_object *list = json_object_new_array();
	int64_t total = 0, parts = 0, x = 0;

	for (int i = 0; host_states[i] != NULL; i++) {
		int64_t n = json_int(counts, host_states[i], 0);

		total += n;
		parts += n > 0;
	}
	for (int i = 0; host_states[i] != NULL; i++) {
		int64_t n = json_int(counts, host_states[i], 0);
		struct json_object *o;

		if (n == 0)
			continue;
		o = json_object_new_object();
		model_int(o, "count", n);
		model_int(o, "x", x);
		model_int(o, "width", width_of(n, total, parts));
		x += width_of(n, total, parts);
		model_text(o, "icon", host_states[i]);
		model_text(
		    o, "state_text", model_word(req, "hosts", host_states[i]));
		model_text(o, "url",
		    arena_printf(
			req->arena, "%s?state=%s", url, host_states[i]));
		json_object_array_add(list, o);
	}
	return list;
}

static int
by_need(const void *a, const void *b)
{
	struct json_object *const *x = a, *const *y = b;
	int d = host_rank(json_text(*x, "state", "")) -
	    host_rank(json_text(*y, "state", ""));

	return d != 0
	    ? d
	    : strcmp(json_text(*x, "name", ""), json_text(*y, "name", ""));
}

bool
card_is_mixed(struct json_object *attempt)
{
	struct json_object *all = json_get(attempt, "targets");
	bool good = false, bad = false;

	for (size_t i = 0; i < json_count(all); i++) {
		enum state state = state_read(json_at(all, i));

		good |= state == STATE_SUCCEEDED;
		bad |= state_in(
		    state, IN(FAILED) | IN(UNKNOWN) | IN(NOT_STARTED));
	}
	return good && bad;
}

void
card_trim_targets(
    struct view *v, struct json_object *attempt, const struct step *step)
{
	struct json_object *all = json_get(attempt, "targets"), *few;
	size_t shown = json_count(all);
	size_t n = (size_t)json_int(attempt, "targets_count", (int64_t)shown);

	model_text(attempt, "hosts_url",
	    n <= ON_CARD
		? NULL
		: arena_printf(v->req->arena, "%s/attempts/%" PRId64,
		      request_step_url(v->req, v->lifecycle.id, step->id),
		      json_int(attempt, "n", 0)));
	model_text(attempt, "hosts_text",
	    n <= ON_CARD ? NULL
			 : request_fill(v->req, "hosts_all", "count",
			       arena_printf(v->req->arena, "%zu", n), NULL));
	if (n > ON_CARD || card_is_mixed(attempt))
		json_object_array_sort(all, by_need);
	if (n <= ON_CARD)
		return;
	few = json_object_new_array();
	for (size_t i = 0; i < ON_CARD && i < shown; i++) {
		struct json_object *t = json_at(all, i);

		if (i >= WELL_ON_CARD && state_read(t) == STATE_SUCCEEDED)
			break;
		json_object_array_add(few, json_object_get(t));
	}
	json_set(attempt, "targets", few);
}

/* One retry button: its targets and its label. */
static void
add_retry(struct req *req, struct json_object *list, const char *key,
    const char *label, const char *help)
{
	struct json_object *o = json_object_new_object();
	bool all = text_eq(key, "all");

	model_text(o, "key", key);
	model_text(o, "of", all ? "all" : "failed");
	model_text(o, "from",
	    text_eq(key, "from")       ? "failed"
		: text_eq(key, "next") ? "next"
				       : NULL);
	model_bool(o, "with_reason", text_eq(key, "next"));
	model_text(o, "label", label);
	model_text(o, "help",
	    help != NULL ? help
			 : request_text(req,
			       all ? "choice_retry" : "choice_retry_failed"));
	model_bool(o, "is_first", json_count(list) == 0);
	json_object_array_add(list, o);
}

static const char *
number(struct view *v, int64_t n)
{
	return arena_printf(v->req->arena, "%" PRId64, n);
}

/* Of a step that resumes: the key for statements, or for items of a list. */
static const char *
key_for(const struct step *s, const char *statements, const char *items)
{
	return s->kind == STEP_HTTP ? items : statements;
}

/*
 * SQL and foreach=: the button that resumes at the statement or item where each
 * target stopped.
 */
static void
add_resume(struct view *v, const struct step *s, struct json_object *list,
    struct json_object *latest)
{
	struct json_object *first = NULL;
	int64_t count = 0, at;

	json_object_object_foreach (latest, name, o) {
		(void)name;
		if (json_flag(o, "valid", false) ||
		    json_int(o, "resume", 0) < 2)
			continue;
		first = count++ == 0 ? o : first;
	}
	if (count == 0)
		return;
	at = json_int(first, "resume", 0);
	add_retry(v->req, list, "from",
	    count > 1
		? request_fill(v->req,
		      key_for(s, "label_resume_many", "label_resume_item_many"),
		      "count", number(v, count), NULL)
		: request_fill(v->req,
		      key_for(s, "label_resume", "label_resume_item"), "n",
		      number(v, at), "of",
		      number(v, json_int(first, "resume_of", 0)), NULL),
	    count > 1
		? request_text(v->req,
		      key_for(s, "resume_help_many", "resume_item_help_many"))
		: request_fill(v->req,
		      key_for(s, "resume_help", "resume_item_help"), "n",
		      number(v, at - 1), NULL));
}

/* The same behind the failed statement or item, which is skipped. */
static void
add_skip(struct view *v, const struct step *s, struct json_object *list,
    struct json_object *latest)
{
	struct json_object *first = NULL;
	int64_t count = 0;

	json_object_object_foreach (latest, name, o) {
		(void)name;
		if (json_flag(o, "valid", false) ||
		    json_get(o, "resume") == NULL)
			continue;
		first = count++ == 0 ? o : first;
	}
	if (count == 0)
		return;
	add_retry(v->req, list, "next",
	    count > 1
		? request_fill(v->req,
		      key_for(s, "label_skip_many", "label_skip_item_many"),
		      "count", number(v, count), NULL)
		: request_fill(v->req,
		      key_for(s, "label_skip_one", "label_skip_item"), "n",
		      number(v, json_int(first, "resume", 0)), NULL),
	    request_text(
		v->req, key_for(s, "skip_statement_help", "skip_item_help")));
}

/* The label of a retry of all, some of which had succeeded. */
static const char *
rest_label(struct view *v, int64_t rest, int64_t failed)
{
	if (rest == 1)
		return request_text(v->req, "label_retry_one");
	return request_fill(v->req,
	    failed == rest ? "label_retry_failed" : "label_retry_rest", "count",
	    number(v, rest), NULL);
}

/* The number of targets without the flag. */
static int64_t
count_without(struct json_object *latest, const char *flag)
{
	int64_t count = 0;

	json_object_object_foreach (latest, name, o) {
		(void)name;
		count += !json_flag(o, flag, false);
	}
	return count;
}

/* rerun=never: only where it never began. */
static void
add_first_try(
    struct view *v, struct json_object *list, struct json_object *latest)
{
	add_retry(v->req, list, "failed",
	    request_fill(v->req, "label_retry_untried", "count",
		number(v, count_without(latest, "tried")), NULL),
	    NULL);
}

struct json_object *
card_retries(struct view *v, int step, struct json_object *counts,
    int64_t total, const char *label_all)
{
	const struct step *s = v->steps[step].step;
	struct json_object *list = json_object_new_array(), *latest;
	int64_t rest, good = json_int(counts, "succeeded", 0);

	if (v->steps[step].state != STATE_FAILED)
		return list;
	latest = request_own(v->req,
	    target_status(v->req->web->db, v->lifecycle.id, s->id, INT64_MAX,
		v->lifecycle.plan));
	if (s->rerun == RERUN_NEVER) {
		add_first_try(v, list, latest);
		return list;
	}
	rest = count_without(latest, "valid");
	add_resume(v, s, list, latest);
	if (rest > 0 && rest < total) {
		add_retry(v->req, list, "failed",
		    rest_label(v, rest, json_int(counts, "failed", 0)), NULL);
		label_all = request_fill(
		    v->req, "label_retry_all", "count", number(v, total), NULL);
	}
	add_retry(v->req, list, "all", label_all,
	    good <= total - rest ? NULL
				 : request_text(v->req, "retry_other_values"));
	if (view_may(v, VERB_step_skip, step))
		add_skip(v, s, list, latest);
	return list;
}
