/*
 * timeline.c: the actions of people on a run, for its report.
 *
 * The rows of events.def name the text of each kind of event, and the member of
 * its data that is the reason or result.  Kinds without a text, which are for
 * the programs' own use (starting, ready), are left out; the full record has
 * them.
 */
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/message.h"
#include "base/text.h"
#include "journal/event.h"
#include "lang/list.h"
#include "web/views/timeline.h"
#include "web/views/model.h"

#define ITEMS_SHOWN 20

/* clang-format off */
static const struct {
	const char *text;   /* NULL: not shown */
	const char *detail; /* member of the data, or NULL */
} kinds[EVENT_KIND__MAX] = {
#define EVENT(name, word, project, text, detail, members) \
	[EVENT_##name] = { text, detail },
#define EVERY(members)
#include "journal/events.def"
};
/* clang-format on */

/* The outcome, decision or result in words, or NULL if none.  The answer of a
 * probe stands beside its step. */
static const char *
outcome_of(struct view *v, const struct event *e, int step)
{
	const char *word = json_text(e->data, "outcome", NULL);

	if (step >= 0 && v->steps[step].part == PART_PROBE &&
	    state_find(word != NULL ? word : "") == STATE_SUCCEEDED)
		return request_text(v->req, "probe_answered");
	if (word != NULL)
		return model_word(v->req, "state", word);
	if ((word = json_text(e->data, "decision", NULL)) != NULL)
		return model_word(v->req, "decision", word);
	word = json_text(e->data, "result", NULL);
	return word != NULL ? model_word(v->req, "result", word) : NULL;
}

/*
 * "version: 1.4.0 → 1.4.1, password: another secret": the differences between
 * new and old parameters.
 */
static const char *
changes(struct view *v, const struct event *e, struct json_object *before)
{
	struct json_object *now = json_get(e->data, "parameters"), *was;
	struct json_object *boxes = json_get(e->data, "sealed");
	struct json_object *old = json_get(before, "parameters");
	struct json_object *old_boxes = json_get(before, "sealed");
	const char *all = "", *one;

	json_object_object_foreach (now, name, value) {
		was = json_get(old, name);
		if (value != NULL ? json_object_equal(was, value)
				  : json_object_equal(json_get(old_boxes, name),
					json_get(boxes, name)))
			continue;
		one = value == NULL
		    ? request_text(v->req, "another_secret")
		    : arena_printf(v->req->arena, "%s → %s",
			  was == NULL ? "" : json_object_get_string(was),
			  json_object_get_string(value));
		all = arena_printf(v->req->arena, "%s%s%s: %s", all,
		    *all != '\0' ? ", " : "", name, one);
	}
	return all;
}

/* The refused action, and the sentence of the refusal. */
static const char *
refused_what(struct view *v, const struct event *e)
{
	return request_fill(v->req, "did_refused", "what",
	    model_word(v->req, "verb", json_text(e->data, "verb", "")), NULL);
}

/* The value that a task asked for, and the note. */
static const char *
given(struct view *v, const struct event *e)
{
	const char *text = "", *note = json_text(e->data, "note", "");

	json_object_object_foreach (json_get(e->data, "captures"), name, value)
		text = arena_printf(v->req->arena, "%.*s = %s%s%s",
		    (int)strcspn(name, "@"), name,
		    json_object_get_string(value), *note != '\0' ? "; " : "",
		    note);
	return text;
}

/* "nodes: a, b": the items of a list that a step captured. */
static const char *
found(struct view *v, const struct event *e)
{
	struct json_object *items = json_get(e->data, "items");
	const char *text = arena_printf(
	    v->req->arena, "%s:", json_text(e->data, "name", ""));
	size_t n = json_count(items);

	for (size_t i = 0; i < n && i < ITEMS_SHOWN; i++)
		text = arena_printf(v->req->arena, "%s%s %s", text,
		    i > 0 ? "," : "", list_item_id(json_at(items, i)));
	return arena_printf(
	    v->req->arena, "%s%s (%zu)", text, n > ITEMS_SHOWN ? ", …" : "", n);
}

static const char *
detail_of(struct view *v, const struct event *e, struct json_object *before)
{
	const char *field = kinds[e->kind].detail;

	if (e->kind == EVENT_RUN_CHANGED)
		return changes(v, e, before);
	if (e->kind == EVENT_RUN_EXPANDED)
		return found(v, e);
	if (e->kind == EVENT_STEP_CONFIRMED && json_get(e->data, "captures"))
		return given(v, e);
	return field == NULL
	    ? NULL
	    : request_message(v->req, message_text(e->data, field));
}

/* The first statement to run of a request, or 0. */
static int64_t
first_statement(const struct event *e)
{
	struct json_object *from = json_get(e->data, "from_statement");

	if (!json_object_is_type(from, json_type_object))
		return 0;
	json_object_object_foreach (from, target, number) {
		(void)target;
		return json_object_get_int64(number);
	}
	return 0;
}

/* "approved the plan": a decision in words, or NULL. */
static const char *
decided(struct view *v, const struct event *e)
{
	const char *decision = json_text(e->data, "decision", "");
	bool gate = e->kind == EVENT_STEP_DECIDED;

	if (text_eq(decision, "approve"))
		return request_text(
		    v->req, gate ? "did_gate_approve" : "did_decided_approve");
	if (text_eq(decision, "reject"))
		return request_text(
		    v->req, gate ? "did_gate_reject" : "did_decided_reject");
	return NULL;
}

/* Details of the action if the kind of the event is not specific enough. */
static const char *
what_of(struct view *v, const struct event *e, int step)
{
	int64_t n = json_int(e->data, "n", 1), from = first_statement(e);
	bool items = step >= 0 && v->steps[step].step->kind == STEP_HTTP;

	if (e->kind == EVENT_RUN_REFUSED)
		return refused_what(v, e);
	if (decided(v, e) != NULL)
		return decided(v, e);
	if (e->kind == EVENT_STEP_SKIPPED && step >= 0 &&
	    v->steps[step].attempts > 0)
		return request_text(v->req, "did_skipped_failed");
	if (e->kind == EVENT_RUN_RESUMED && json_get(e->data, "holds") != NULL)
		return request_text(v->req, "did_taken_up");
	if (from > 1 && *json_text(e->data, "reason", "") != '\0')
		return request_fill(v->req,
		    items ? "did_skipped_item" : "did_skipped_statement", "n",
		    arena_printf(v->req->arena, "%lld", (long long)from - 1),
		    NULL);
	if (e->kind == EVENT_STEP_REQUESTED && from > 1)
		return request_fill(v->req,
		    items ? "did_resumed_at_item" : "did_resumed_at", "n",
		    arena_printf(v->req->arena, "%lld", (long long)from), NULL);
	if (e->kind == EVENT_STEP_REQUESTED && n > 1)
		return request_fill(v->req, "did_retried", "n",
		    arena_printf(v->req->arena, "%lld", (long long)n), NULL);
	return request_text(v->req, kinds[e->kind].text);
}

static struct json_object *
row(struct view *v, const struct event *e, struct json_object *before)
{
	struct json_object *o = json_object_new_object();
	const char *step = json_text(e->data, "step", NULL);
	const char *detail = detail_of(v, e, before);
	int index = step != NULL ? plan_find_step(v->plan, step) : -1;
	const char *what = what_of(v, e, index);
	const char *outcome = outcome_of(v, e, index);
	char text[CLOCK_TEXT];

	clock_format(e->at, text);
	model_text(o, "at", text);
	model_text(o, "by",
	    text_eq(e->actor, "runner") || text_eq(e->actor, "keeper")
		? NULL
		: e->actor);
	model_text(o, "what",
	    outcome == NULL || decided(v, e) != NULL
		? what
		: arena_printf(v->req->arena, "%s: %s", what, outcome));
	model_text(o, "step", index < 0 ? NULL : view_title(v, index));
	model_text(
	    o, "detail", detail != NULL && *detail != '\0' ? detail : NULL);
	return o;
}

/*
 * The first event of the newest that are shown; *ret_earlier is the same one if
 * others stand before it, else 0.
 */
static int64_t
first_shown(struct view *v, int64_t before, int64_t *ret_earlier)
{
	struct rows *rows = db_query(v->req->web->db, STMT_WEB_KINDS_BELOW,
	    INT(v->lifecycle.id), INT(before));
	int64_t first = before;
	int count = 0;

	while (count <= TIMELINE_MOST && db_next(rows))
		if (kinds[event_find(db_text(rows, "kind"))].text != NULL &&
		    count++ < TIMELINE_MOST)
			first = db_int(rows, "seq");
	db_done(rows);
	*ret_earlier = count > TIMELINE_MOST ? first : 0;
	return first;
}

/* The data of the last event before `seq` that has the plan's values. */
static struct json_object *
plan_before(struct view *v, int64_t seq)
{
	struct rows *rows = db_query(v->req->web->db, STMT_WEB_PLAN_BELOW,
	    INT(v->lifecycle.id), INT(seq));
	struct json_object *plan = NULL, *body;
	struct event e;

	if (db_next(rows) &&
	    event_parse(db_text(rows, "body"), &e, &body) == ERR_OK) {
		plan = json_object_get(e.data);
		json_object_put(body);
	}
	db_done(rows);
	return plan;
}

/* Adds the row of an event; *plan has the values before it, and then after. */
static void
add(struct view *v, struct json_object *list, const char *text,
    struct json_object **plan)
{
	struct json_object *body;
	struct event e;

	if (event_parse(text, &e, &body) != ERR_OK)
		return;
	if (e.kind == EVENT_RUN_CHANGED && *plan == NULL)
		*plan = plan_before(v, e.seq);
	json_object_array_add(list, row(v, &e, *plan));
	if (json_get(e.data, "parameters") != NULL) {
		json_object_put(*plan);
		*plan = json_object_get(e.data);
	}
	json_object_put(body);
}

struct json_object *
timeline(struct view *v, int64_t before, int64_t *ret_earlier)
{
	struct json_object *list = json_object_new_array(), *plan = NULL;
	int64_t first = first_shown(v, before, ret_earlier);
	struct rows *rows = db_query(v->req->web->db, STMT_WEB_EVENTS,
	    INT(v->lifecycle.id), INT(first - 1), INT(INT64_MAX));

	while (db_next(rows) && db_int(rows, "seq") < before)
		if (kinds[event_find(db_text(rows, "kind"))].text != NULL)
			add(v, list, db_text(rows, "body"), &plan);
	db_done(rows);
	json_object_put(plan);
	return list;
}
