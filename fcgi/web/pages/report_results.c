/*
 * report_results.c: what the targets of an attempt came to.
 *
 * A report is read on paper: what is equal on many targets is one line, and
 * what grows with their number is bounded.  JSON and CSV have each target.
 */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "web/card/card_attempt.h"
#include "web/pages/report_results.h"
#include "web/views/model.h"
#include "web/views/output_text.h"
#include "web/views/view_attempts.h"

#define OUTPUT_TEXT_LINES 15 /* of a target that did not succeed */
#define RESULTS 12           /* different ones, of an attempt */
#define NAMES_FAILED 40      /* of targets with an equal result */
#define NAMES_WELL 8

struct of {
	struct view *v;
	const struct view_step *step;
	int *outputs;  /* that may still be shown */
	bool answered; /* it is of a probe, which has no failures then */
};

const char *
report_number(
    const struct req *req, const char *key, const char *name, int64_t n)
{
	return request_fill(
	    req, key, name, arena_printf(req->arena, "%" PRId64, n), NULL);
}

static bool
is_of_a_word(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_' ||
	    (unsigned char)c >= 0x80;
}

/*
 * A message without the name of its target, so that it equals that of others;
 * *ret_named says that the name stood in it.
 */
static const char *
without_name(
    struct of *r, const char *message, const char *name, bool *ret_named)
{
	struct buf out = { 0 };
	size_t len = strlen(name);
	const char *s = message, *copy;

	*ret_named = false;
	while (len > 0 && *s != '\0') {
		if (strncmp(s, name, len) == 0 && !is_of_a_word(s[len]) &&
		    (s == message || !is_of_a_word(s[-1]))) {
			*ret_named = true;
			buf_puts(&out, "\xe2\x80\xa6");
			s += len;
		} else
			buf_putc(&out, *s++);
	}
	copy = arena_strdup(r->v->req->arena, buf_text(&out));
	buf_clear(&out);
	return copy;
}

/* The message as many targets share it. */
static const char *
shared_text(struct of *r, struct json_object *t)
{
	const char *message = json_text(t, "message", NULL), *shared;
	bool named;

	if (message == NULL)
		return model_exit(r->v->req, json_get(t, "exit"));
	shared = without_name(r, message, json_text(t, "name", ""), &named);
	return named && json_int(t, "exit", 0) > 0
	    ? model_exit(r->v->req, json_get(t, "exit"))
	    : shared;
}

static struct json_object *
new_result(struct of *r, struct json_object *t)
{
	struct json_object *o = json_object_new_object();
	const char *message = json_text(t, "message", NULL);
	bool well = r->answered || state_read(t) == STATE_SUCCEEDED;

	if (r->answered)
		message = NULL;
	view_put_state(r->v, r->step, o, json_text(t, "state", ""),
	    json_get(t, "exit"), r->answered);
	model_bool(o, "is_well", well);
	model_text(o, "message",
	    message != NULL || well
		? message
		: model_exit(r->v->req, json_get(t, "exit")));
	model_text(o, "first", message); /* as the first target says it */
	model_text(o, "skipped_text", card_skipped(r->v, r->step, t));
	model_text(o, "target", json_text(t, "name", ""));
	model_put(o, "names", json_object_new_array());
	return o;
}

/* Puts the target to those with an equal result, or begins a new one. */
static void
add_result(struct of *r, struct json_object *t, struct json_object *results)
{
	const char *skipped = card_skipped(r->v, r->step, t);
	struct json_object *same, *names;
	struct buf key = { 0 };
	bool named;
	size_t most;

	buf_printf(&key, "%s\n%s\n%s\n%s", json_text(t, "state", ""),
	    json_get(t, "exit") == NULL
		? ""
		: json_object_get_string(json_get(t, "exit")),
	    without_name(r, json_text(t, "message", ""),
		json_text(t, "name", ""), &named),
	    skipped != NULL ? skipped : "");
	same = json_get(results, buf_text(&key));
	if (same == NULL)
		json_set(results, buf_text(&key), same = new_result(r, t));
	else if (json_int(same, "count", 0) == 1 &&
	    json_text(same, "message", NULL) != NULL)
		json_set_text(same, "message", shared_text(r, t));
	json_set_int(same, "count", json_int(same, "count", 0) + 1);
	names = json_get(same, "names");
	most = json_flag(same, "is_well", false) ? NAMES_WELL : NAMES_FAILED;
	if (json_count(names) < most)
		json_object_array_add(
		    names, json_object_get(json_get(t, "name")));
	buf_clear(&key);
}

/* The names that are shown, and how many more there are. */
static const char *
names_text(struct of *r, struct json_object *result)
{
	struct json_object *names = json_get(result, "names");
	int64_t more = json_int(result, "count", 0) -
	    (int64_t)json_count(names);
	const char *text = model_names(r->v->req, names);

	return more == 0
	    ? text
	    : arena_printf(r->v->req->arena, "%s %s", text,
		  report_number(r->v->req, "gate_more", "count", more));
}

/* The output is the message alone. */
static bool
is_said(const char *output, const char *message)
{
	size_t len = strlen(message);

	return len > 0 && strncmp(output, message, len) == 0 &&
	    strspn(output + len, "\n") == strlen(output + len);
}

static void
complete_result(
    struct of *r, struct json_object *attempt, struct json_object *o)
{
	bool shows = !json_flag(o, "is_well", false) && *r->outputs > 0;
	const char *tail = shows
	    ? output_text_lines(r->v->req, json_text(attempt, "_exec", ""),
		  json_text(o, "target", ""), OUTPUT_TEXT_LINES)
	    : "";

	if (is_said(tail, json_text(o, "first", "")))
		tail = "";
	*r->outputs -= *tail != '\0';
	model_text(o, "names_text", names_text(r, o));
	model_text(o, "count_text",
	    json_int(o, "count", 0) == 1
		? NULL
		: report_number(r->v->req, "targets_count", "count",
		      json_int(o, "count", 0)));
	model_text(o, "tail", tail);
}

/* Adds those that went well, or those that did not. */
static void
list_results(struct of *r, struct json_object *attempt, struct json_object *all,
    bool well, struct json_object *list, int64_t *left)
{
	json_object_object_foreach (all, key, result) {
		(void)key;
		if (json_flag(result, "is_well", false) != well)
			continue;
		if (json_count(list) == RESULTS) {
			*left += json_int(result, "count", 0);
			continue;
		}
		complete_result(r, attempt, result);
		json_object_array_add(list, json_object_get(result));
	}
}

/* The results of an attempt, those that did not succeed first. */
void
report_add_results(struct view *v, const struct view_step *step,
    struct json_object *attempt, struct json_object *o, int *outputs)
{
	struct of *r = &(struct of){ v, step, outputs,
		view_is_answered(v, step, json_int(attempt, "n", 0)) };
	struct json_object *all = request_own(
	    r->v->req, json_object_new_object());
	struct json_object *targets = json_get(attempt, "targets");
	struct json_object *list = json_object_new_array();
	int64_t left = 0;

	for (size_t i = 0; i < json_count(targets); i++)
		add_result(r, json_at(targets, i), all);
	list_results(r, attempt, all, false, list, &left);
	list_results(r, attempt, all, true, list, &left);
	model_text(o, "results_text",
	    left == 0 ? NULL
		      : report_number(
			    r->v->req, "report_targets_cut", "count", left));
	model_put(o, "results", list);
}
