/*
 * bars.c: what took how long in a run, as bars on one axis.
 *
 * Each attempt is a bar from its start to its end; a step that a person settled
 * is a point.  The shadow is the usual duration of the step; those that have
 * not run cast theirs behind the present, one after the other.  With many steps
 * a row is a section with the bars of its steps, and bars that a reader cannot
 * tell apart are one, so that a run of a thousand steps has as small a page as
 * one of ten.
 */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "web/views/run_model.h"
#include "web/card/card_run.h"
#include "web/run/bars.h"
#include "web/run/expected.h"
#include "web/views/model.h"
#include "web/views/view_attempts.h"

#define UNITS 1000
#define NARROWEST 4  /* units of a bar */
#define STEPS 40     /* with a row each; else sections have the rows */
#define ROWS 60      /* at most */
#define BARS 5000    /* at most that are read */
#define PEOPLE 4     /* at most in a row */
#define MOST_BARS 80 /* at most in a row */

struct axis {
	int64_t from, to, now;
};

struct chart {
	struct view *v;
	struct axis axis;
	bool by_section;
	struct json_object **rows; /* of each step or section; NULL: none */
	int64_t *took;             /* by a row's bars */
	struct json_object *usual; /* {step: ms} */
	int64_t *start;            /* of each step's last bar, or 0 */
};

static int64_t
place(const struct axis *a, int64_t at)
{
	int64_t span = a->to > a->from ? a->to - a->from : 1;
	int64_t x = (at - a->from) * UNITS / span;

	return x < 0 ? 0 : x > UNITS ? UNITS : x;
}

static size_t
row_of(const struct chart *c, int step)
{
	return c->by_section ? (size_t)c->v->plan->steps[step].section
			     : (size_t)step;
}

/* The step is a part of the run, and can have a row. */
static bool
is_shown(const struct view *v, int step)
{
	const struct view_step *s = &v->steps[step];

	if (view_is_excluded(s) || view_is_template(v, step))
		return false;
	return s->part == PART_MAIN ||
	    (s->part == PART_ROLLBACK && v->lifecycle.mode == PART_ROLLBACK) ||
	    (s->part == PART_PROBE && s->attempts > 0);
}

/* The row of the step, made if it is not there. */
static struct json_object *
row(struct chart *c, int step)
{
	struct view *v = c->v;
	struct json_object **o = &c->rows[row_of(c, step)];
	int section = v->plan->steps[step].section;

	if (*o != NULL)
		return *o;
	*o = json_object_new_object();
	model_text(*o, "title",
	    c->by_section ? run_model_section(v, section)
			  : view_title(v, step));
	model_text(*o, "url",
	    c->by_section ? arena_printf(v->req->arena, "/runs/%" PRId64 "#%s",
				v->lifecycle.id, v->plan->sections[section].id)
			  : request_step_place(v->req,
				arena_printf(v->req->arena, "/runs/%" PRId64,
				    v->lifecycle.id),
				v->plan->steps[step].id));
	if (c->by_section) {
		model_text(*o, "icon", NULL);
		model_text(*o, "state_text", NULL);
	} else {
		card_state(v, *o, step);
	}
	model_bool(*o, "is_rollback", v->steps[step].part == PART_ROLLBACK);
	model_put(*o, "bars", json_object_new_array());
	model_put(*o, "shadows", json_object_new_array());
	model_put(*o, "people", json_object_new_array());
	return *o;
}

static void
add_rect(struct json_object *list, const struct axis *a, int64_t from,
    int64_t to, const char *icon)
{
	size_t n = json_count(list);
	struct json_object *last = n > 0 ? json_at(list, n - 1) : NULL;
	int64_t x = place(a, from), width = place(a, to) - x;
	int64_t end = json_int(last, "x", 0) + json_int(last, "width", 0);
	struct json_object *o;

	width = width < NARROWEST ? NARROWEST : width;
	if (last != NULL && x <= end + 1 &&
	    text_eq(json_text(last, "icon", ""), icon)) {
		if (x + width > end)
			json_set_int(
			    last, "width", x + width - json_int(last, "x", 0));
		return;
	}
	if (n >= MOST_BARS)
		return;
	o = json_object_new_object();
	model_int(o, "x", x);
	json_set_int(o, "width", width);
	model_text(o, "icon", icon);
	json_object_array_add(list, o);
}

/* "AM" of ana.miller, "AN" of ana. */
static const char *
initials(struct req *req, const char *name)
{
	const char *second = strpbrk(name, " ._-");
	char text[3] = { 0 };

	if (!isalnum((unsigned char)name[0]))
		return name;
	text[0] = (char)toupper((unsigned char)name[0]);
	second = second != NULL ? second + 1 : name + 1;
	if (isalnum((unsigned char)second[0]))
		text[1] = (char)toupper((unsigned char)second[0]);
	return arena_strdup(req->arena, text);
}

static void
add_person(struct req *req, struct json_object *list, const char *name)
{
	size_t n = json_count(list);
	struct json_object *o;

	for (size_t i = 0; i < n; i++)
		if (text_eq(json_text(json_at(list, i), "name", ""), name))
			return;
	if (n >= PEOPLE || *name == '\0')
		return;
	o = json_object_new_object();
	model_text(o, "name", name);
	model_text(o, "initials", initials(req, name));
	json_object_array_add(list, o);
}

static int64_t
usual(const struct chart *c, int step)
{
	return json_int(c->usual, c->v->plan->steps[step].id, 0);
}

/* As the step has it: a probe has an answer. */
static const char *
bar_icon(struct view *v, int step, struct rows *rows)
{
	const struct view_step *s = &v->steps[step];
	const char *state = db_text(rows, "state");
	struct json_object *attempt, *o;

	if (s->part != PART_PROBE)
		return state;
	attempt = view_attempt(v, step, db_int(rows, "n"));
	o = request_own(v->req, json_object_new_object());
	view_put_state(v, s, o, state, json_get(attempt, "exit"),
	    view_is_answered(v, s, db_int(rows, "n")));
	return json_text(o, "icon", "");
}

static void
add_bars(struct chart *c)
{
	struct view *v = c->v;
	struct rows *rows = db_query(
	    v->req->web->db, STMT_WEB_BARS, INT(v->lifecycle.id), INT(BARS));

	while (db_next(rows)) {
		int step = runbook_cache_find_step(
		    v->entry, db_text(rows, "step"));
		int64_t from = db_int(rows, "started_at");
		int64_t to = db_is_null(rows, "ended_at")
		    ? c->axis.now
		    : db_int(rows, "ended_at");
		struct json_object *o;

		if (step < 0 || !is_shown(v, step))
			continue;
		o = row(c, step);
		c->start[step] = from;
		c->took[row_of(c, step)] += to - from;
		add_rect(json_get(o, "bars"), &c->axis, from, to,
		    bar_icon(v, step, rows));
		add_person(v->req, json_get(o, "people"), db_text(rows, "by"));
	}
	db_done(rows);
}

/* Beneath the bars; of steps that have not run, behind the present. */
static void
add_shadows(struct chart *c)
{
	struct view *v = c->v;
	bool live = json_get(v->run, "ended_at") == NULL;
	int64_t at = c->axis.now, ms;

	for (int i = 0; i < (int)v->plan->steps_count; i++) {
		const struct view_step *s = &v->steps[i];

		if (!is_shown(v, i) || s->part == PART_PROBE)
			continue;
		(void)row(c, i);
		if ((ms = usual(c, i)) == 0)
			continue;
		if (c->start[i] != 0)
			add_rect(json_get(row(c, i), "shadows"), &c->axis,
			    c->start[i], c->start[i] + ms, "");
		else if (live && !state_in(s->state, STATES_DONE)) {
			add_rect(json_get(row(c, i), "shadows"), &c->axis, at,
			    at + ms, "");
			at += ms;
		}
	}
}

static struct json_object *
usual_steps(struct view *v)
{
	struct json_object *all = request_own(v->req, json_object_new_object());
	struct rows *rows = db_query(v->req->web->db, STMT_USUAL_STEPS,
	    TEXT(json_text(v->run, "runbook", "")), INT(v->lifecycle.id));

	while (db_next(rows))
		json_set_int(all, db_text(rows, "step"), db_int(rows, "took"));
	db_done(rows);
	return all;
}

/* From the start to the end, or to what is expected of a run that goes on. */
static struct axis
make_axis(const struct chart *c)
{
	struct view *v = c->v;
	struct axis a = { .now = clock_now() };
	struct expected e = expected_end(v);
	int64_t end;

	if (!clock_parse(json_text(v->run, "started_at", ""), &a.from))
		a.from = a.now;
	a.to = clock_parse(json_text(v->run, "ended_at", ""), &end) ? end
								    : a.now;
	for (int i = 0; a.to == a.now && i < (int)v->plan->steps_count; i++)
		if (is_shown(v, i) && v->steps[i].attempts == 0 &&
		    !state_in(v->steps[i].state, STATES_DONE))
			end = a.to = a.to + usual(c, i);
	a.to = e.likely > a.to ? e.likely : a.to;
	return a;
}

static struct json_object *
ticks(const struct axis *a)
{
	struct json_object *list = json_object_new_array();
	char text[CLOCK_TEXT];

	for (int i = 0; i < 3; i++) {
		clock_format(a->from + (a->to - a->from) * i / 2, text);
		json_object_array_add(list, json_object_new_string(text));
	}
	return list;
}

static size_t
count_shown(const struct view *v)
{
	size_t count = 0;

	for (int i = 0; i < (int)v->plan->steps_count; i++)
		count += is_shown(v, i);
	return count;
}

static bool
have_shadows(struct json_object *rows)
{
	for (size_t i = 0; i < json_count(rows); i++)
		if (json_count(json_get(json_at(rows, i), "shadows")) > 0)
			return true;
	return false;
}

/* The rows in the order of the document: with bars first of all. */
static void
put_rows(struct chart *c, struct json_object *o, size_t most)
{
	struct json_object *list = json_object_new_array();
	struct req *req = c->v->req;
	int64_t dropped = 0;

	for (size_t i = 0; i < most; i++) {
		if (c->rows[i] == NULL)
			continue;
		if (json_count(list) >= ROWS) {
			json_object_put(c->rows[i]);
			dropped++;
			continue;
		}
		model_text(c->rows[i], "duration_text",
		    c->took[i] > 0 ? model_duration(req, c->took[i]) : NULL);
		json_object_array_add(list, c->rows[i]);
	}
	model_bool(o, "has_rows", json_count(list) > 0);
	model_bool(o, "legend_usual", have_shadows(list));
	model_put(o, "rows", list);
	model_text(o, "more_text",
	    dropped == 0
		? NULL
		: request_fill(req, "timeline_more", "count",
		      arena_printf(req->arena, "%" PRId64, dropped), NULL));
}

void
bars_add(struct view *v, struct json_object *o)
{
	struct chart c = { .v = v, .by_section = count_shown(v) > STEPS };
	size_t most = (v->plan->steps_count > v->plan->sections_count
			      ? v->plan->steps_count
			      : v->plan->sections_count) +
	    1;

	c.rows = arena_alloc(v->req->arena, most * sizeof(*c.rows));
	c.took = arena_alloc(v->req->arena, most * sizeof(*c.took));
	c.start = arena_alloc(v->req->arena, most * sizeof(*c.start));
	c.usual = usual_steps(v);
	c.axis = make_axis(&c);
	add_bars(&c);
	add_shadows(&c);
	put_rows(&c, o, most);
	model_put(o, "ticks", ticks(&c.axis));
	model_put(o, "now_x",
	    json_get(v->run, "ended_at") != NULL
		? NULL
		: json_object_new_int64(place(&c.axis, c.axis.now)));
}
