/* card_attempt.c: the attempts of a step, for its card. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "web/card/card_attempt.h"
#include "web/card/card_failures.h"
#include "web/card/card_targets.h"
#include "web/views/model.h"
#include "web/views/output_text.h"
#include "web/views/view_attempts.h"

#define OUTPUT_TEXT_LINES 20

const char *
card_reason(struct view *v, const struct view_step *s)
{
	if (text_eq(s->reason, "nothing_to_undo") && view_is_excluded(s))
		return request_text(v->req, "nothing_to_undo");
	return !text_eq(s->reason, "probe") ? s->reason
	    : s->state == STATE_FAILED
	    ? request_text(v->req, "probe_found_no")
	    : request_text(v->req, "probe_found_yes");
}

const char *
card_skipped(
    struct view *v, const struct view_step *s, struct json_object *target)
{
	struct json_object *list = json_get(target, "skipped");
	const char *all = "";

	if (list == NULL)
		return NULL;
	for (size_t i = 0; i < json_count(list); i++)
		all = arena_printf(v->req->arena, "%s%s%s", all,
		    i > 0 ? ", " : "",
		    json_object_get_string(json_at(list, i)));
	return request_fill(v->req,
	    s->step->kind == STEP_HTTP ? "skipped_items" : "skipped_statements",
	    "list", all, NULL);
}

static void
add_target_page(struct view *v, const struct view_step *s,
    struct json_object *t, struct json_object *attempt, bool with_tail)
{
	const char *state = json_text(t, "state", "");
	const char *url = json_text(t, "text_url", "");
	bool running = state_in(state_find(state), STATES_BUSY);
	bool answered = view_is_answered(v, s, json_int(attempt, "n", 0));
	bool has = !json_flag(t, "sealed", false) &&
	    (json_int(t, "bytes", 0) > 0 ||
		(running && json_text(t, "started_at", NULL) != NULL));

	view_put_state(v, s, t, state, json_get(t, "exit"), answered);
	model_text(t, "exit_text", model_exit(v->req, json_get(t, "exit")));
	model_bool(t, "is_running", running);
	model_text(t, "progress_text",
	    running ? json_text(t, "progress", NULL) : NULL);
	model_text(t, "skipped_text", card_skipped(v, s, t));
	model_bool(
	    t, "is_quiet", running && json_text(t, "note", NULL) != NULL);
	model_text(t, "url",
	    arena_strndup(v->req->arena, url, strlen(url) - strlen(".txt")));
	model_text(t, "size_text", model_size(v->req, json_int(t, "bytes", 0)));
	model_bool(t, "has_output", has);
	model_bool(t, "is_told", answered);
	model_text(t, "tail",
	    has && with_tail
		? output_text_lines(v->req, json_text(attempt, "_exec", ""),
		      json_text(t, "name", ""), OUTPUT_TEXT_LINES)
		: "");
}

/* Adds the terminal for input, while it exists. */
static void
add_terminal(struct view *v, struct json_object *t, const struct view_step *s)
{
	bool there = s->step->interactive && json_flag(t, "is_running", false);
	struct json_object *o = there ? json_object_new_object() : NULL;

	if (there) {
		model_text(o, "page",
		    arena_printf(
			v->req->arena, "%s.terminal", json_text(t, "url", "")));
		model_bool(o, "can_type",
		    view_may(v, VERB_step_type, (int)(s - v->steps)));
	}
	model_put(t, "terminal", o);
}

/*
 * Folds the output of a target that is not the first of a group, or that
 * succeeded where others did not: its last line stands for it.
 */
static void
add_fold(struct view *v, struct json_object *o, struct json_object *t,
    bool is_first, bool is_mixed)
{
	bool failed = state_in(state_read(t), IN(FAILED) | IN(UNKNOWN));
	bool folded = json_flag(t, "has_output", false) &&
	    ((!is_first && json_get(o, "hosts_url") != NULL) ||
		(is_mixed && state_read(t) == STATE_SUCCEEDED));
	const char *line = !folded || !failed
	    ? NULL
	    : output_text_last(
		  v->req, json_text(o, "_exec", ""), json_text(t, "name", ""));

	model_bool(t, "is_folded", folded);
	model_text(t, "last_line", line);
	if (line != NULL)
		json_set_bool(t, "is_told", true);
}

/* The exit status, which stands beside the name, is all that the message says.
 */
static bool
is_of_exit(struct view *v, struct json_object *t)
{
	return text_eq(json_text(t, "message", ""),
	    request_fill(v->req, "evaluate_exit", "code",
		arena_printf(v->req->arena, "%" PRId64, json_int(t, "exit", 0)),
		"target", json_text(t, "name", ""), NULL));
}

/* Marks the targets of which the note above the attempt has said why. */
static void
mark_reported(
    struct view *v, struct json_object *o, struct json_object *attempt)
{
	struct json_object *targets = json_get(attempt, "targets");
	size_t n = json_count(targets);
	bool all = json_text(o, "failures_rest", NULL) == NULL;

	for (size_t i = 0; i < n; i++) {
		struct json_object *t = json_at(targets, i);
		bool told = n == 1 ||
		    (json_int(t, "exit", 0) != 0
			    ? is_of_exit(v, t)
			    : all || json_flag(t, "has_output", false));

		if (told && state_in(state_read(t), IN(FAILED) | IN(UNKNOWN)))
			json_set_bool(t, "is_told", true);
	}
}

static void
add_attempt_page(struct view *v, struct json_object *o,
    const struct view_step *s, bool with_tail)
{
	struct json_object *targets;
	bool running = json_get(o, "ended_at") == NULL;
	size_t n;

	card_trim_targets(v, o, s->step);
	targets = json_get(o, "targets");
	n = json_count(targets);
	model_bool(o, "is_running", running);
	model_text(o, "duration_text",
	    model_between(v->req, json_text(o, "started_at", NULL),
		json_text(o, "ended_at", NULL)));
	model_text(o, "usual_text",
	    running ? view_usual(v, (int)(s - v->steps)) : NULL);
	for (size_t i = 0; i < n; i++) {
		struct json_object *t = json_at(targets, i);

		add_target_page(v, s, t, o, with_tail);
		add_fold(v, o, t, i == 0, card_is_mixed(o));
	}
	for (size_t i = 0; i < n; i++)
		add_terminal(v, json_at(targets, i), s);
}

struct json_object *
card_attempts_json(struct view *v, int step)
{
	struct json_object *tries = view_attempts(v, step);
	struct json_object *list = json_object_new_array();
	size_t n = json_count(tries);

	for (size_t i = 0; i < n; i++) {
		struct json_object *o = json_at(tries, i);

		json_object_object_del(o, "_exec");
		json_object_array_add(list, json_object_get(o));
	}
	return list;
}

struct json_object *
card_attempts_page(struct view *v, int step)
{
	struct json_object *tries = view_attempts(v, step);
	struct json_object *list = json_object_new_array(), *o;
	size_t n = json_count(tries);

	for (size_t i = n; i > 0; i--) {
		o = json_at(tries, i - 1);
		add_attempt_page(v, o, &v->steps[step], true);
		json_object_array_add(list, json_object_get(o));
	}
	return list;
}

/*
 * An attempt on many targets ends its message with that of the first one that
 * failed.  Its failures are listed: the count suffices.
 */
static const char *
without_first(struct view *v, struct json_object *attempt)
{
	const char *text = json_text(attempt, "message", NULL), *end;
	struct json_object *targets = json_get(attempt, "targets");
	size_t n = json_count(targets), len;

	for (size_t i = 0; text != NULL && n > 1 && i < n; i++) {
		end = json_text(json_at(targets, i), "message", "");
		len = strlen(text);
		if (*end == '\0' || strlen(end) >= len || !text_ends(text, end))
			continue;
		for (len -= strlen(end); len > 0 && text[len - 1] == ' ';)
			len--;
		return arena_strndup(v->req->arena, text, len);
	}
	return text;
}

void
card_add_attempts(
    struct view *v, struct json_object *o, const struct view_step *s)
{
	struct json_object *earlier = json_object_new_array(), *last;
	size_t n = json_count(s->tries);
	const char *message;
	bool open = state_in(s->state,
	    STATES_BUSY | IN(FAILED) | IN(UNKNOWN) | IN(AWAITING_SIGNATURE));

	last = json_at(s->tries, n - 1);
	message = without_first(v, last);
	if (state_in(s->state, IN(FAILED) | IN(UNKNOWN)))
		card_add_failures(v, o, last, s->step->id);
	for (size_t i = n; i > 0; i--) {
		struct json_object *a = json_at(s->tries, i - 1);

		add_attempt_page(v, a, s, open && i == n);
		if (i < n)
			json_object_array_add(earlier, json_object_get(a));
	}
	model_text(o, "message",
	    s->state == STATE_FAILED && text_eq(s->reason, "probe")
		? arena_printf(v->req->arena, "%s %s", card_reason(v, s),
		      message != NULL ? message : "")
		: message);
	model_text(o, "duration_text", json_text(last, "duration_text", NULL));
	if (state_in(s->state, IN(FAILED) | IN(UNKNOWN)))
		mark_reported(v, o, last);
	model_put(o, "last", json_object_get(last));
	model_bool(o, "has_earlier", n > 1);
	model_put(o, "earlier", earlier);
	model_text(o, "attempts_url", view_earlier_url(v, (int)(s - v->steps)));
	model_text(o, "attempts_text",
	    request_fill(v->req, "attempts_cut", "shown",
		arena_printf(v->req->arena, "%zu", n), "count",
		arena_printf(v->req->arena, "%" PRId64, s->attempts), NULL));
	model_int(o, "next_attempt", s->attempts + 1);
}
