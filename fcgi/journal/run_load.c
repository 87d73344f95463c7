/*
 * run_load.c: loads the input of run_authorize().
 *
 * Present roles are read here as well, so a gate whose approvals do not count
 * any more is closed, whatever its row contains.
 */
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "lang/expr.h"
#include "journal/approval.h"
#include "journal/target_status.h"
#include "journal/run_load.h"
#include "journal/plan.h"
#include "journal/rehearsal.h"

static void
put_object(void *o)
{
	json_object_put(o);
}

static struct json_object *
owned(const struct lifecycle *l, struct json_object *o)
{
	if (o != NULL)
		arena_defer(l->arena, put_object, o);
	return o;
}

static int
find_step(const struct lifecycle *l, const char *id)
{
	return l->find != NULL ? l->find(l->ctx, id)
			       : plan_find_step(l->plan, id);
}

static const char *
time_text(const struct lifecycle *l, struct rows *rows, const char *column)
{
	char text[CLOCK_TEXT];

	if (db_is_null(rows, column))
		return NULL;
	clock_format(db_int(rows, column), text);
	return arena_strdup(l->arena, text);
}

/*
 * The index of a step.  Rows come in the order of their ids: *at is the place
 * of the next one in that order.
 */
static int
find_next(const struct lifecycle *l, const char *id, size_t *at)
{
	const struct plan *plan = l->plan;

	if (plan->by_id != NULL && *at < plan->steps_count &&
	    strcmp(plan->steps[plan->by_id[*at]].id, id) == 0)
		return plan->by_id[(*at)++];
	return find_step(l, id);
}

static void
load_texts(
    const struct lifecycle *l, struct rows *rows, struct lifecycle_row *row)
{
	row->by = arena_strdup(l->arena, db_text(rows, "by"));
	row->at = time_text(l, rows, "at");
	row->reason = arena_strdup(l->arena, db_text(rows, "reason"));
	row->signed_by = arena_strdup(l->arena, db_text(rows, "signed_by"));
}

static void
load_row(struct lifecycle *l, struct rows *rows, size_t *at)
{
	int i = find_next(l, db_text(rows, "id"), at);
	struct lifecycle_row *row;

	if (i < 0)
		return;
	row = &l->rows[i];
	*row = (struct lifecycle_row){
		.part = part_find(db_text(rows, "part")),
		.position = db_int(rows, "position"),
		.state = state_find(db_text(rows, "state")),
		.attempts = db_int(rows, "attempts"),
	};
	row->pressed = lifecycle_is_pressed(db_text(rows, "by"), row->attempts);
	if (!l->bare)
		load_texts(l, rows, row);
}

void
run_load_rows(struct lifecycle *l)
{
	struct rows *rows;
	size_t at = 0;

	l->rows = arena_alloc(
	    l->arena, (l->plan->steps_count + 1) * sizeof(*l->rows));
	for (size_t i = 0; i < l->plan->steps_count; i++)
		l->rows[i] = (struct lifecycle_row){ .state = STATE_PENDING };
	rows = db_query(l->db, STMT_STEPS_BY_ID, INT(l->run.id));
	while (db_next(rows))
		load_row(l, rows, &at);
	db_done(rows);
}

/* Gates have their own state, until the decisions are loaded again. */
static void
reset_gates(struct lifecycle *l)
{
	for (size_t i = 0; l->gates[i] >= 0; i++) {
		struct lifecycle_row *gate = &l->rows[l->gates[i]];

		if (gate->lapsed)
			gate->state = STATE_SUCCEEDED;
		gate->lapsed = false;
	}
}

void
run_load_rows_of(struct lifecycle *l, const char *const *ids, size_t count)
{
	struct rows *rows;
	size_t at = l->plan->steps_count;

	for (size_t i = 0; i < count; i++) {
		rows = db_query(
		    l->db, STMT_STEP_GET, INT(l->run.id), TEXT(ids[i]));
		if (db_next(rows))
			load_row(l, rows, &at);
		db_done(rows);
	}
}

/*
 * Loads the decisions on each gate; an approval counts while its giver has the
 * role.
 */
static void
load_gates(struct lifecycle *l)
{
	int n = 0;

	l->gates = arena_alloc(
	    l->arena, (l->plan->steps_count + 1) * sizeof(*l->gates));
	for (size_t i = 0; i < l->plan->steps_count; i++) {
		const struct step *s = &l->plan->steps[i];
		struct lifecycle_row *row = &l->rows[i];

		if (s->kind != STEP_APPROVAL)
			continue;
		l->gates[n++] = (int)i;
		row->given = owned(
		    l, approval_standing(l->decisions, l->run.plan, s->id));
		row->lapsed = row->state == STATE_SUCCEEDED &&
		    json_get(l->row, "ended_at") == NULL &&
		    !approval_is_gate_given(s, row->given);
		if (row->lapsed)
			row->state = STATE_READY;
	}
	l->gates[n] = -1;
}

static void
load_people(struct lifecycle *l)
{
	struct rows *rows = db_query(l->db, STMT_AUTHORS, INT(l->run.id));

	l->run.authors = owned(l, json_object_new_array());
	while (db_next(rows))
		json_object_array_add(l->run.authors,
		    json_object_new_string(db_text(rows, "account")));
	db_done(rows);
	l->decisions = owned(
	    l, db_rows_json(db_query(l->db, STMT_APPROVALS, INT(l->run.id))));
	l->run.given = owned(
	    l, approval_standing(l->decisions, l->run.plan, ""));
}

static void
load_run(struct lifecycle *l)
{
	struct json_object *row = l->row;

	l->run = (struct lifecycle_run){ .id = json_int(row, "id", 0),
		.state = state_read(row),
		.mode = part_find(json_text(row, "mode", "main")),
		.created_by = json_text(row, "created_by", ""),
		.plan = json_text(row, "plan", ""),
		.current = json_text(row, "current", NULL),
		.approvals = json_get(row, "approvals"),
		.moment = approval_moment(row),
		.has_begun = json_get(row, "first_at") != NULL };
}

/* The step that this one probes; -1: it is no probe. */
static int
step_of(const struct lifecycle *l, int step)
{
	const char *of = l->plan->steps[step].probe_of;

	return of != NULL ? find_step(l, of) : -1;
}

/* Two steps of the main part that do not wait for each other. */
static bool
are_beside(const struct lifecycle *l, int a, int b)
{
	return a != b && l->rows[a].part == PART_MAIN &&
	    l->rows[b].part == PART_MAIN &&
	    section_is_beside(l->plan->sections, l->plan->steps[a].section,
		l->plan->steps[b].section);
}

int
lifecycle_waits_for(const struct lifecycle *l, int step)
{
	int of = step_of(l, step), self = of >= 0 ? of : step, found = -1;
	const struct lifecycle_row *row = &l->rows[self], *other;

	for (int i = 0; i < (int)l->plan->steps_count; i++) {
		other = &l->rows[i];
		if (other->part == row->part &&
		    other->position < row->position &&
		    !state_in(other->state, STATES_DONE) && !other->lapsed &&
		    (found < 0 || other->position < l->rows[found].position) &&
		    !are_beside(l, i, self))
			found = i;
	}
	return found;
}

bool
lifecycle_is_current(const struct lifecycle *l, int step)
{
	const struct lifecycle_row *row = &l->rows[step];

	return row->part == l->run.mode && !row->lapsed &&
	    state_in(row->state, STATES_OF_STEP & ~(STATES_DONE | IN(PENDING)));
}

/* Another step is at work that this one, or its probe, does not go with. */
static bool
is_held(const struct lifecycle *l, int step)
{
	int of = step_of(l, step), self = of >= 0 ? of : step, other;

	for (int i = 0; l->run.busy && i < (int)l->plan->steps_count; i++) {
		if (!state_in(l->rows[i].state, STATES_BUSY))
			continue;
		other = step_of(l, i) >= 0 ? step_of(l, i) : i;
		if (!are_beside(l, self, other))
			return true;
	}
	return false;
}

bool
lifecycle_is_followed(const struct lifecycle *l, int step, enum verb verb)
{
	const struct lifecycle_row *row = &l->rows[step];

	for (size_t i = 0; i < l->plan->steps_count; i++)
		if (l->rows[i].part == row->part &&
		    l->rows[i].position > row->position && l->rows[i].pressed &&
		    !are_beside(l, step, (int)i) &&
		    (verb == VERB_step_reopen ||
			l->plan->steps[i].kind != STEP_APPROVAL))
			return true;
	return false;
}

void
run_load_head(struct lifecycle *l)
{
	load_run(l);
	load_people(l);
}

void
run_load_approvals(struct lifecycle *l)
{
	run_load_head(l);
	if (l->rows == NULL)
		run_load_rows(l);
	load_gates(l);
}

/* Derives the totals from the states of all steps. */
static void
sum_up(struct lifecycle *l)
{
	for (size_t i = 0; i < l->plan->steps_count; i++) {
		l->run.busy |= state_in(l->rows[i].state, STATES_BUSY);
		l->run.unknown |= l->rows[i].state == STATE_UNKNOWN;
		if (l->rows[i].part != PART_ROLLBACK)
			continue;
		l->run.can_roll_back = true;
		l->run.rollback_begun |= l->rows[i].pressed;
	}
	for (size_t i = 0;
	     l->gates[i] >= 0 && !l->run.has_begun && l->run.open_gate == NULL;
	     i++) {
		const struct lifecycle_row *gate = &l->rows[l->gates[i]];

		if (gate->part == PART_MAIN &&
		    !state_in(gate->state, STATES_DONE))
			l->run.open_gate = l->plan->steps[l->gates[i]].title;
	}
}

static void
finish(struct lifecycle *l)
{
	sum_up(l);
	if (json_get(l->row, "ended_at") != NULL ||
	    !rehearsal_is_needed(l->plan, json_text(l->row, "environment", "")))
		return;
	l->rehearsal = rehearsal_find(l->db, l->plan, l->row);
	if (l->rehearsal == 0)
		l->run.unrehearsed = l->plan->rehearsal;
}

void
run_load(struct lifecycle *l)
{
	run_load_approvals(l);
	finish(l);
}

void
run_load_again(struct lifecycle *l, const char *const *ids, size_t count)
{
	run_load_head(l);
	reset_gates(l);
	run_load_rows_of(l, ids, count);
	load_gates(l);
	l->rehearsal = 0;
	finish(l);
}

const char *
lifecycle_value(
    const struct lifecycle *l, struct json_object *variables, const char *name)
{
	char id[EXPR_STEP_MAX];
	const char *value, *fact = expr_fact(name, id);
	int step;

	if (fact != NULL)
		return (step = find_step(l, id)) < 0
		    ? NULL
		    : expr_fact_value(
			  fact, l->rows[step].state, l->rows[step].attempts);
	if (strcmp(name, "environment") == 0)
		return json_text(l->row, "environment", NULL);
	value = json_text(variables, name, NULL);
	return value != NULL
	    ? value
	    : json_text(json_get(l->row, "parameters"), name, NULL);
}

int
lifecycle_gate_before(const struct lifecycle *l, int step)
{
	int of = step_of(l, step);
	const struct lifecycle_row *row = &l->rows[of >= 0 ? of : step];

	for (size_t i = 0; l->gates[i] >= 0; i++) {
		const struct lifecycle_row *gate = &l->rows[l->gates[i]];

		if (gate->part == row->part && gate->position < row->position &&
		    !state_in(gate->state, STATES_DONE))
			return l->gates[i];
	}
	return -1;
}

/* Appends the people who worked on a step of the run. */
static void
add_workers(
    const struct lifecycle *l, const char *step, struct json_object *list)
{
	struct rows *rows = db_query(
	    l->db, STMT_WORKERS, INT(l->run.id), TEXT(step));

	while (db_next(rows))
		json_object_array_add(
		    list, json_object_new_string(db_text(rows, "account")));
	db_done(rows);
}

static void
load_workers(const struct lifecycle *l, struct lifecycle_step *s)
{
	s->workers = owned(l, json_object_new_array());
	s->probers = owned(l, json_object_new_array());
	add_workers(l, s->step->id, s->workers);
	for (size_t i = 0; i < l->plan->steps_count; i++)
		if (text_eq(l->plan->steps[i].probe_of, s->step->id))
			add_workers(l, l->plan->steps[i].id, s->probers);
}

/* The row with its texts. */
static const struct lifecycle_row *
texts_of(const struct lifecycle *l, int step)
{
	const struct lifecycle_row *row = &l->rows[step];
	struct lifecycle_row *copy;
	struct rows *rows;

	if (!l->bare)
		return row;
	copy = arena_alloc(l->arena, sizeof(*copy));
	*copy = *row;
	rows = db_query(l->db, STMT_STEP_GET, INT(l->run.id),
	    TEXT(l->plan->steps[step].id));
	if (db_next(rows))
		load_texts(l, rows, copy);
	db_done(rows);
	return copy;
}

void
run_load_step(const struct lifecycle *l, int step, enum verb verb,
    struct lifecycle_step *ret)
{
	const struct step *s = &l->plan->steps[step];
	const struct lifecycle_row *row = texts_of(l, step);
	int of = step_of(l, step), gate = lifecycle_gate_before(l, step);

	*ret = (struct lifecycle_step){ .step = s,
		.state = row->state,
		.part = row->part,
		.by = row->by,
		.at = row->at,
		.given = row->given,
		.of_state = of >= 0 ? l->rows[of].state : STATE_NONE,
		.probed = row->state == STATE_FAILED &&
		    (text_eq(row->reason, "probe") ||
			(verb == VERB_step_retry && s->rerun == RERUN_PROBE &&
			    !target_status_has_tried(l->db, l->run.id, s->id))),
		.untried = verb == VERB_step_retry && s->rerun == RERUN_NEVER &&
		    row->state == STATE_FAILED &&
		    target_status_has_untried(l->db, l->run.id, s->id),
		.later_ran = (verb == VERB_step_reopen ||
				 verb == VERB_step_withdraw) &&
		    lifecycle_is_followed(l, step, verb),
		.held = is_held(l, step),
		.gate = gate >= 0 ? l->plan->steps[gate].title : NULL };
	if (verb == VERB_step_sign && row->state == STATE_AWAITING_SIGNATURE)
		load_workers(l, ret);
}
