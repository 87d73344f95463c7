/*
 * cmd_exec.c: reports of the runner.
 *
 * The runner may repeat a line after a restart of either program, so each
 * command checks the record first and ignores known reports.  A step reports
 * about itself by lines of its status file (wire/status_line.h).
 */
#include <stdlib.h>
#include <string.h>

#include "keeper/commands/cmd_exec.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/message.h"
#include "lang/plan_scope.h"
#include "journal/event.h"
#include "keeper/lists.h"
#include "keeper/probe.h"
#include "keeper/target_results.h"
#include "keeper/run.h"
#include "keeper/unaccepted.h"
#include "wire/runner_message.h"
#include "wire/status_line.h"

/* The attempt of an execution id. */
struct attempt {
	int64_t run;
	char step[65];
	int64_t n;
	enum state state;
	char by[65];
	bool ended;
	const char *actor; /* the person who decides on it */
};

static enum err
find_attempt(struct command *c, const char *exec, struct attempt *ret)
{
	struct rows *rows = db_query(
	    c->keeper->db, STMT_ATTEMPT_BY_EXEC, TEXT(exec));
	enum err err = ERR_NOT_FOUND;

	if (db_next(rows)) {
		*ret = (struct attempt){ .run = db_int(rows, "run"),
			.actor = "runner",
			.n = db_int(rows, "n"),
			.state = state_find(db_text(rows, "state")),
			.ended = !db_is_null(rows, "ended_at") };
		strncpy(
		    ret->step, db_text(rows, "step"), sizeof(ret->step) - 1);
		strncpy(ret->by, db_text(rows, "by"), sizeof(ret->by) - 1);
		err = ERR_OK;
	}
	db_done(rows);
	return err == ERR_OK ? err
			     : fault_set(&c->fault, err, "no_such_exec", "exec",
				   "refused_no_such_exec");
}

/* Reads the runner's message, and finds its attempt. */
static enum err
read_message(struct command *c, enum runner_message_kind kind,
    struct arena *arena, struct runner_message *ret,
    struct attempt *ret_attempt)
{
	enum err err = runner_message_read(
	    kind, c->body, arena, ret, &c->fault);

	return err == ERR_OK ? find_attempt(c, ret->exec, ret_attempt) : err;
}

static struct json_object *
about(const struct attempt *a)
{
	struct json_object *data = json_object_new_object();

	json_set_text(data, "step", a->step);
	json_set_int(data, "n", a->n);
	return data;
}

static enum err
append(struct command *c, const struct attempt *a, enum event_kind kind,
    struct json_object *data)
{
	return event_append(
	    c->keeper->db, a->run, EVENT_ANY_SEQ, a->actor, kind, data);
}

/*
 * Lists the attempts and dry runs that have not ended: to start, supervise or
 * cancel.
 */
static void
open_attempts(struct db *db, struct arena *arena, struct runner_attempt **list,
    size_t *count)
{
	struct rows *rows = db_query(db, STMT_ATTEMPTS_OPEN);
	struct runner_attempt *a;
	size_t cap = 0;

	while (db_next(rows)) {
		a = mem_grow(list, &cap, *count, sizeof(*a));
		a->exec = arena_strdup(arena, db_text(rows, "exec"));
		a->state = arena_strdup(arena, db_text(rows, "state"));
		a->cancelled = !db_is_null(rows, "cancelled_by");
		(*count)++;
	}
	db_done(rows);
}

static void
open_dry_runs(
    struct db *db, struct arena *arena, const char ***list, size_t *count)
{
	struct rows *rows = db_query(db, STMT_LOOKS_OPEN);
	const char **exec;
	size_t cap = 0;

	while (db_next(rows)) {
		exec = mem_grow(list, &cap, *count, sizeof(*exec));
		*exec = arena_strdup(arena, db_text(rows, "exec"));
		(*count)++;
	}
	db_done(rows);
}

enum err
cmd_runner_hello(struct command *c)
{
	struct arena *arena = arena_new();
	struct runner_attempt *attempts = NULL;
	const char **dry_runs = NULL;
	struct runner_hello h = { 0 };

	open_attempts(c->keeper->db, arena, &attempts, &h.attempts_count);
	open_dry_runs(c->keeper->db, arena, &dry_runs, &h.dry_runs_count);
	h.attempts = attempts;
	h.dry_runs = dry_runs;
	json_object_put(c->result);
	c->result = runner_hello_write(&h);
	free(attempts);
	free(dry_runs);
	arena_free(arena);
	return ERR_OK;
}

static enum err
start(struct command *c, const struct attempt *a, const char *exec)
{
	if (a->state != STATE_REQUESTED || a->ended)
		return fault_set(&c->fault, ERR_CONFLICT, "started_already",
		    "exec", "refused_started_already");
	if (waiting_is_old(c->keeper, exec))
		return fault_set(&c->fault, ERR_CONFLICT, "too_late", "exec",
		    "refused_too_late");
	return append(c, a, EVENT_STEP_STARTING, about(a));
}

/* Committed before the first byte is sent: the runner waits for the answer. */
enum err
cmd_exec_starting(struct command *c)
{
	struct arena *arena = arena_new();
	struct runner_message m;
	struct attempt a;
	enum err err = read_message(c, RUNNER_STARTING, arena, &m, &a);

	if (err == ERR_OK)
		err = start(c, &a, m.exec);
	arena_free(arena);
	return err;
}

/* The recorded state of a target of the attempt. */
static enum state
target_state(struct command *c, const struct attempt *a, const char *target)
{
	struct rows *rows = db_query(c->keeper->db, STMT_TARGET_GET,
	    INT(a->run), TEXT(a->step), INT(a->n), TEXT(target));
	enum state state = db_next(rows) ? state_find(db_text(rows, "state"))
					 : STATE_NONE;

	db_done(rows);
	return state;
}

/* Of a target, which may also have been left out. */
#define OUTCOMES_OF_TARGET (STATES_OF_OUTCOME | IN(NOT_STARTED))

static enum err
line_of_target(
    struct command *c, const struct attempt *a, const struct status_line *line)
{
	enum state known = target_state(c, a, line->target);
	struct json_object *data;

	if (known == STATE_NONE || state_in(known, OUTCOMES_OF_TARGET) ||
	    (line->kind == STATUS_RUNNING && known == STATE_RUNNING))
		return ERR_OK;
	data = about(a);
	json_set_text(data, "target", line->target);
	if (line->kind == STATUS_RUNNING)
		return append(c, a, EVENT_STEP_RUNNING, data);
	result_put_event(&line->result, data);
	return append(c, a, EVENT_TARGET_ENDED, data);
}

/* A note on a target that has not ended, or the runner's on the process. */
static enum err
note_of(
    struct command *c, const struct attempt *a, const struct status_line *line)
{
	struct json_object *data;
	enum state known = STATE_NONE;

	if (line->target != NULL) {
		known = target_state(c, a, line->target);
		if (known == STATE_NONE || state_in(known, OUTCOMES_OF_TARGET))
			return ERR_OK;
	}
	data = about(a);
	if (line->target != NULL)
		json_set_text(data, "target", line->target);
	json_set_text(data, "note", line->note);
	message_set(
	    data, "message", line->message != NULL ? line->message : "");
	return append(c, a, EVENT_STEP_NOTED, data);
}

/* The probe decides the outcome of its unknown step. */
static enum err
settle(struct command *c, struct run *run, const struct attempt *a,
    const char *of, enum state answer)
{
	struct json_object *data;
	struct lifecycle_step s;

	if (answer == STATE_NONE ||
	    run_lifecycle_step(run, of, VERB__MAX, &s, NULL) != ERR_OK ||
	    (s.state != STATE_UNKNOWN && s.state != STATE_FAILED))
		return ERR_OK;
	data = json_object_new_object();
	json_set_text(data, "step", of);
	json_set_text(data, "outcome", state_word(answer));
	json_set_text(data, "note", "probe");
	json_set_text(
	    data, "state", state_word(lifecycle_state_of(answer, s.step)));
	return event_append(c->keeper->db, run->id, EVENT_ANY_SEQ, a->by,
	    EVENT_STEP_RESOLVED, data);
}

/*
 * The captured values of the step. Values captured under each= belong to its
 * items: the names get their scope.
 */
static struct json_object *
captures_of(const struct run *run, const struct step *s, int64_t n)
{
	const char *scope = plan_scope(run->plan, s->section);
	struct json_object *captures = target_results_captures(run, s->id, n);
	struct json_object *o = json_object_new_object();

	json_object_object_foreach (captures, name, value) {
		char *whole = mem_printf("%s%s", name, scope);

		json_set(o, whole, json_object_get(value));
		free(whole);
	}
	json_object_put(captures);
	return o;
}

/*
 * A success with reasons against it fails: earlier targets disagree, or what
 * the step captured is no list.  `data` gets the values, *ret_lists the lists.
 */
static bool
stands(const struct run *run, const struct attempt *a, const struct step *s,
    struct json_object *data, struct json_object **ret_lists, struct buf *why)
{
	struct json_object *captures;
	bool ok = a->n == 1 || target_results_agree(run, a->step, a->n, why);

	if (!ok)
		return false;
	captures = captures_of(run, s, a->n);
	ok = lists_read(run, s, captures, ret_lists, why);
	if (ok)
		json_set(data, "captures", json_object_get(captures));
	json_object_put(captures);
	return ok;
}

/* Ends the attempt; `outcome` is succeeded, failed or unknown. */
static enum err
end_attempt(struct command *c, const struct attempt *a, enum state outcome,
    const char *message)
{
	struct json_object *data = about(a), *lists = NULL;
	enum state answer = STATE_NONE;
	struct buf against = { 0 };
	struct lifecycle_step s;
	struct run run;
	enum err err = run_open(c->keeper, a->run, &run, &c->fault);

	if (err == ERR_OK)
		err = run_lifecycle_step(
		    &run, a->step, VERB__MAX, &s, &c->fault);
	if (err != ERR_OK) {
		json_object_put(data);
		return err;
	}
	if (s.step->probe_of != NULL && outcome != STATE_UNKNOWN) {
		answer = probe_answer(&run, s.step, a->n, &against);
		outcome = answer != STATE_NONE ? STATE_SUCCEEDED : outcome;
		if (answer == STATE_NONE && against.len > 0)
			message = against.data;
	}
	if (outcome == STATE_SUCCEEDED &&
	    !stands(&run, a, s.step, data, &lists, &against)) {
		outcome = STATE_FAILED;
		message = against.data;
	}
	json_set_text(data, "outcome", state_word(outcome));
	json_set_text(
	    data, "state", state_word(lifecycle_state_of(outcome, s.step)));
	message_set(data, "message", message);
	err = append(c, a, EVENT_STEP_ENDED, data);
	if (err == ERR_OK)
		err = lists_append(&run, lists);
	if (err == ERR_OK && s.step->probe_of != NULL)
		err = settle(c, &run, a, s.step->probe_of, answer);
	buf_clear(&against);
	json_object_put(lists);
	run_clear(&run);
	return err == ERR_OK ? run_advance(c->keeper, a->run) : err;
}

/* A target of the attempt that has not reported success itself. */
static bool
lacks_success(struct command *c, const struct attempt *a, struct buf *message)
{
	struct rows *rows = db_query(c->keeper->db, STMT_TARGETS_OF_ATTEMPT,
	    INT(a->run), TEXT(a->step), INT(a->n));
	bool lacks = false;

	while (!lacks && db_next(rows)) {
		lacks = state_find(db_text(rows, "state")) != STATE_SUCCEEDED;
		if (lacks)
			message_put(message, "said_no_success target=%s",
			    db_text(rows, "target"));
	}
	db_done(rows);
	return lacks;
}

/* The last line.  Success of the step counts if each target has reported it. */
static enum err
take_last_line(
    struct command *c, const struct attempt *a, const struct status_line *line)
{
	enum state outcome = state_find(line->result.state);
	const char *message = line->result.message;
	struct buf lack = { 0 };
	enum err err;

	if (outcome == STATE_SUCCEEDED && lacks_success(c, a, &lack)) {
		outcome = STATE_UNKNOWN;
		message = lack.data;
	}
	err = end_attempt(c, a, outcome, message != NULL ? message : "");
	buf_clear(&lack);
	return err;
}

static enum err
take_line(struct command *c, const struct attempt *a, struct json_object *json)
{
	struct status_line line;
	enum err err = status_line_read(json, &line, &c->fault);

	if (err != ERR_OK)
		return err;
	if (line.kind == STATUS_NOTE)
		return note_of(c, a, &line);
	if (line.kind == STATUS_DONE)
		return take_last_line(c, a, &line);
	return line_of_target(c, a, &line);
}

enum err
cmd_exec_line(struct command *c)
{
	struct arena *arena = arena_new();
	struct runner_message m;
	struct attempt a;
	enum err err = read_message(c, RUNNER_LINE, arena, &m, &a);

	if (err == ERR_OK && !a.ended)
		err = take_line(c, &a, m.line);
	arena_free(arena);
	return err;
}

/* The outcome of an execution that did not report it. */
static enum err
lose(struct command *c, const struct attempt *a, const char *message)
{
	log_warn("run %lld, step %s, attempt %lld: the outcome is not known",
	    (long long)a->run, a->step, (long long)a->n);
	return end_attempt(c, a,
	    a->state == STATE_REQUESTED ? STATE_FAILED : STATE_UNKNOWN,
	    message != NULL ? message : "");
}

enum err
cmd_exec_lost(struct command *c)
{
	struct arena *arena = arena_new();
	struct runner_message m;
	struct attempt a;
	enum err err = read_message(c, RUNNER_LOST, arena, &m, &a);

	if (err == ERR_OK && !a.ended)
		err = lose(c, &a, m.message);
	arena_free(arena);
	return err;
}

enum err
exec_end_unaccepted(struct keeper *k, const char *exec, const char *message)
{
	struct command c = { .keeper = k };
	struct attempt a;
	enum err err = find_attempt(&c, exec, &a);

	if (err == ERR_OK && !a.ended && a.state == STATE_REQUESTED) {
		log_warn("run %lld, step %s, attempt %lld: %s",
		    (long long)a.run, a.step, (long long)a.n, message);
		a.actor = "keeper";
		err = end_attempt(&c, &a, STATE_FAILED, message);
	}
	return err;
}
