/*
 * run_snapshot.c: reads and checks the plan of an attempt.
 *
 * The runner trusts neither the keeper nor the tables: it reads the run from
 * its events (replay.c), computes the hash of the plan from that row, counts
 * the approvals of the run and of its gates, by the loader and the rules of the
 * keeper (run_load.h), and starts only a plan whose hash was approved.  The
 * sealed boxes are compared when they are opened (job_spec_make.c).
 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/message.h"
#include "journal/approval.h"
#include "journal/captured.h"
#include "base/hash.h"
#include "base/err.h"
#include "plan/plan.h"
#include "journal/db.h"
#include "plan/state.h"
#include "journal/plan.h"
#include "journal/run_load.h"
#include "runner/run_snapshot.h"
#include "runner/replay.h"

enum err
run_snapshot_refuse(struct fault *why, const char *message)
{
	return fault_set(why, ERR_FORBIDDEN, "refused", NULL, "%s", message);
}

static enum err
read_attempt(const char *exec, const char *state, struct run_snapshot *s,
    struct fault *why)
{
	struct rows *rows = db_query(s->db, STMT_ATTEMPT_BY_EXEC, TEXT(exec));
	enum err err = ERR_NOT_FOUND;

	if (db_next(rows)) {
		s->run_id = db_int(rows, "run");
		s->n = db_int(rows, "n");
		strncpy(
		    s->step_id, db_text(rows, "step"), sizeof(s->step_id) - 1);
		strncpy(s->state, db_text(rows, "state"), sizeof(s->state) - 1);
		err = ERR_OK;
	}
	db_done(rows);
	if (err != ERR_OK)
		return run_snapshot_refuse(why, MESSAGE("refused_no_attempt"));
	return strcmp(s->state, state) == 0
	    ? ERR_OK
	    : run_snapshot_refuse(why, MESSAGE("refused_attempt_started"));
}

static enum err
read_dry_run(const char *exec, struct run_snapshot *s, struct fault *why)
{
	struct json_object *row = db_first_json(
	    db_query(s->db, STMT_LOOK_BY_EXEC, TEXT(exec)));

	if (row == NULL)
		return run_snapshot_refuse(why, MESSAGE("refused_no_dry_run"));
	s->dry_run = true;
	s->run_id = json_int(row, "run", 0);
	strncpy(s->step_id, json_text(row, "step", ""), sizeof(s->step_id) - 1);
	s->names = json_object_get(json_get(row, "targets"));
	json_object_put(row);
	return ERR_OK;
}

/* The items over which sections repeat are those that steps captured. */
static bool
has_captured_lists(const struct run_snapshot *s)
{
	struct json_object *captured = captured_values(s->db, s->run_id);
	bool same = plan_lists_are_captured(s->plan, s->run, captured);

	json_object_put(captured);
	return same;
}

/* The plan that was approved: compiled once, when the run was created. */
static enum err
read_plan(struct run_snapshot *s, struct fault *why)
{
	enum err err = plan_load(s->db, s->run, &s->plan, why);
	int index;

	if (err != ERR_OK)
		return err;
	if (s->plan == NULL)
		return run_snapshot_refuse(
		    why, MESSAGE("refused_not_compiled"));
	if (!has_captured_lists(s))
		return run_snapshot_refuse(
		    why, MESSAGE("refused_lists_differ"));
	if (*s->step_id == '\0')
		return ERR_OK; /* a preflight covers all steps */
	index = plan_find_step(s->plan, s->step_id);
	if (index < 0)
		return run_snapshot_refuse(
		    why, MESSAGE("refused_plan_no_step"));
	s->step = &s->plan->steps[index];
	return ERR_OK;
}

static enum err
check_run(struct run_snapshot *s, struct fault *why)
{
	char plan[2 * HASH_BYTES + 1];

	s->run = db_first_json(db_query(s->db, STMT_RUN_GET, INT(s->run_id)));
	if (s->run == NULL)
		return run_snapshot_refuse(why, MESSAGE("refused_no_run"));
	plan_of_row(s->run, plan);
	if (strcmp(plan, json_text(s->run, "plan", "")) != 0)
		return run_snapshot_refuse(
		    why, MESSAGE("refused_plan_differs"));
	if (!s->dry_run &&
	    !state_in(state_read(s->run), IN(RUNNING) | IN(PAUSED)))
		return run_snapshot_refuse(why, MESSAGE("refused_not_running"));
	return ERR_OK;
}

/* No closed gate and no step that has to be over first is before the step. */
static enum err
check_order(
    const struct run_snapshot *s, const struct lifecycle *l, struct fault *why)
{
	int step = (int)(s->step - s->plan->steps);
	int gate = lifecycle_gate_before(l, step);
	int first = lifecycle_waits_for(l, step);

	if (gate >= 0)
		return fault_set(why, ERR_FORBIDDEN, "gate", NULL,
		    "refused_gate_missing title=%s",
		    s->plan->steps[gate].title);
	if (first >= 0)
		return fault_set(why, ERR_FORBIDDEN, "out_of_order", NULL,
		    "refused_out_of_order title=%s",
		    s->plan->steps[first].title);
	return ERR_OK;
}

/*
 * Counts approvals again, with the roles that the approvers have now, and looks
 * at what comes before the step; a dry run, which changes nothing, may be
 * earlier.
 */
static enum err
check_approvals(struct run_snapshot *s, struct fault *why)
{
	struct arena *arena = arena_new();
	struct lifecycle l = {
		.db = s->db, .arena = arena, .plan = s->plan, .row = s->run
	};
	enum err err = ERR_OK;

	run_load_approvals(&l);
	if (!approval_is_complete(l.run.approvals, l.run.given, l.run.moment))
		err = run_snapshot_refuse(
		    why, MESSAGE("refused_approvals_gone"));
	else if (!s->dry_run)
		err = check_order(s, &l, why);
	arena_free(arena);
	return err;
}

static enum err
read_all(struct run_snapshot *s, const char *exec, const char *state,
    struct fault *why)
{
	enum err err;

	if ((err = read_attempt(exec, state, s, why)) == ERR_OK &&
	    (err = check_run(s, why)) == ERR_OK &&
	    (err = read_plan(s, why)) == ERR_OK)
		err = check_approvals(s, why);
	return err;
}

/* The tables allow the attempt and the events do not. */
static bool
is_forged(struct runner *r, const char *exec, const char *state)
{
	struct run_snapshot s = { .db = r->db };
	struct fault fault;
	bool good = read_all(&s, exec, state, &fault) == ERR_OK;

	run_snapshot_clear(&s);
	return good;
}

/* The number of the run according to the tables; its events must confirm it. */
static int64_t
run_of(struct runner *r, enum stmt stmt, const char *exec)
{
	return db_first_int(db_query(r->db, stmt, TEXT(exec)), -1);
}

enum err
run_snapshot_read(struct runner *r, const char *exec, const char *state,
    struct run_snapshot *s, struct fault *why)
{
	enum err err = replay_run(
	    r, run_of(r, STMT_ATTEMPT_BY_EXEC, exec), why);
	struct fault found = { 0 };

	if (err != ERR_OK)
		return err;
	s->db = r->replayed;
	err = read_all(s, exec, state, &found);
	if (err != ERR_OK && is_forged(r, exec, state))
		return fault_set(why, ERR_FORBIDDEN, "forged", NULL,
		    "said_forged reason=%s", found.message);
	if (err != ERR_OK)
		*why = found;
	return err;
}

enum err
run_snapshot_read_dry_run(struct runner *r, const char *exec,
    struct run_snapshot *s, struct fault *why)
{
	enum err err = replay_run(r, run_of(r, STMT_LOOK_BY_EXEC, exec), why);

	s->db = r->replayed;
	if (err == ERR_OK && (err = read_dry_run(exec, s, why)) == ERR_OK &&
	    (err = check_run(s, why)) == ERR_OK &&
	    (err = read_plan(s, why)) == ERR_OK && s->step != NULL)
		err = check_approvals(s, why);
	return err;
}

void
run_snapshot_clear(struct run_snapshot *s)
{
	json_object_put(s->names);
	json_object_put(s->run);
	plan_free(s->plan);
}
