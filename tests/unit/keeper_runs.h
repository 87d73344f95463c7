/*
 * keeper_runs.h: runs in the keeper of keeper_calls.h, whose documents are
 * compiled by the real program; and what a runner would report of them.
 */
#ifndef TESTS_UNIT_KEEPER_RUNS_H
#define TESTS_UNIT_KEEPER_RUNS_H

#include "keeper_calls.h"

#include "keeper/unaccepted.h"

/* The token of an operator, signed up before each test. */
static const char *ana;

/* A fixture of cmocka, as is keeper_runs_end(): a keeper that has started. */
static inline int
keeper_runs_begin(void **state)
{
	keeper_begin(state);
	waiting_read(&keeper);
	ana = sign_up("ana", "\"operator\"");
	return 0;
}

static inline int
keeper_runs_end(void **state)
{
	waiting_clear(&keeper);
	return keeper_end(state);
}

#define LOCAL_TARGETS "environments:\n  test:\n    targets: {}\n"

/* The files from which runs are created. */
static inline void
write_book(const char *document, const char *targets)
{
	data_write("books/book.md", document);
	data_write("books/targets.yml", targets);
}

/* Creates a run of that book; `more` are further members of the body. */
static inline int64_t
create_run(const char *who, const char *more)
{
	char body[500];

	snprintf(body, sizeof(body),
	    "{\"runbook\":\"book\",\"environment\":\"test\"%s}", more);
	if (call("run_create", who, 0, NULL, body) != ERR_OK)
		return 0;
	return json_int(called.result, "id", 0);
}

static inline int64_t
must_create(const char *who, const char *more)
{
	int64_t id = create_run(who, more);

	if (id == 0)
		fail_msg("%s %s: %s", called.fault.code, called.fault.field,
		    called.fault.message);
	return id;
}

/* A call that must succeed. */
static inline void
must(const char *verb, const char *who, int64_t run, const char *step,
    const char *body)
{
	if (call(verb, who, run, step, body) != ERR_OK)
		fail_msg("%s: %s (%s): %s", verb, called.fault.code,
		    called.fault.field, called.fault.message);
}

/* Presses the step and returns its execution, valid until the fourth press. */
static inline const char *
press(const char *verb, const char *who, int64_t run, const char *step,
    const char *body)
{
	static char execs[4][33];
	static unsigned next;
	char *exec = execs[next++ % 4];

	must(verb, who, run, step, body);
	snprintf(exec, 33, "%s", json_text(called.result, "exec", ""));
	return exec;
}

/* A report of the runner about an execution. */
static inline enum err
report(const char *verb, const char *exec, const char *more)
{
	char body[1000];

	snprintf(body, sizeof(body), "{\"exec\":\"%s\"%s}", exec, more);
	return call(verb, "runner", 0, NULL, body);
}

static inline void
report_line(const char *exec, const char *line)
{
	char more[900];

	snprintf(more, sizeof(more), ",\"line\":%s", line);
	if (report("exec_line", exec, more) != ERR_OK)
		fail_msg(
		    "%s: %s %s", line, called.fault.code, called.fault.field);
}

/* The result of a target: the mandatory fields, and `more`. */
static inline void
report_target(
    const char *exec, const char *target, const char *state, const char *more)
{
	char line[800];

	snprintf(line, sizeof(line),
	    "{\"at\":1,\"target\":\"%s\",\"state\":\"%s\",\"exit\":0,"
	    "\"message\":\"\",\"bytes\":0,\"dropped\":0,\"tries\":1%s}",
	    target, state, more);
	report_line(exec, line);
}

static inline void
report_done(const char *exec, const char *state)
{
	char line[200];

	snprintf(line, sizeof(line),
	    "{\"at\":2,\"done\":true,\"state\":\"%s\",\"message\":\"\"}",
	    state);
	report_line(exec, line);
}

/* Begins the execution, on one target, and ends it with that state. */
static inline void
carry_out(const char *exec, const char *target, const char *state)
{
	waiting_read(&keeper);
	if (report("exec_starting", exec, "") != ERR_OK)
		fail_msg("exec_starting: %s", called.fault.code);
	report_target(exec, target, state, "");
	report_done(exec, state);
}

/* The sequence number of the last event of the run. */
static inline int64_t
last_of(int64_t run)
{
	return db_first_int(db_query(keeper.db, STMT_EVENT_LAST, INT(run)), 0);
}

/* The word of a step's state in the database. */
static inline const char *
state_of(int64_t run, const char *step)
{
	static char word[30];
	struct json_object *row = db_first_json(
	    db_query(keeper.db, STMT_STEP_GET, INT(run), TEXT(step)));

	snprintf(word, sizeof(word), "%s", json_text(row, "state", ""));
	json_object_put(row);
	return word;
}

#endif
