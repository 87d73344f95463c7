/*
 * cmd_tty_input.c: input for the terminal of an interactive step.
 *
 * It is passed on to the runner and stored nowhere, not in the journal, not in
 * a log, not while the runner is down, as it may be a password.  The record
 * contains who typed into which terminal, once for each attempt.  The runner
 * gets the input with the commit of the batch, in order of arrival.  Passing it
 * on does not mean that it has arrived.  A page that needs certainty numbers
 * its input (wire/tty_message.h): each answer says how much the terminal has
 * taken, as far as this process knows; it is kept in memory alone.  A page may
 * also send the size of its window; the step uses that of the last page that
 * typed.  A size alone is not input and is not recorded.
 */
#include <sodium.h>
#include <string.h>

#include "base/arena.h"
#include "base/encode.h"
#include "base/text.h"
#include "journal/event.h"
#include "keeper/run.h"
#include "wire/runner_message.h"
#include "wire/tty_message.h"

/* The terminal that receives the input. */
struct terminal {
	int64_t run;
	const char *step;
	int64_t n;
	char target[65];
	enum state state;
	int count; /* how many the attempt has */
};

/* A page that numbers its input may send no bytes, to ask for the state. */
static bool
is_numbered(struct command *c)
{
	const char *session = json_text(c->body, "typist", "");

	return strlen(session) == TTY_SESSION &&
	    strspn(session, "0123456789abcdef") == TTY_SESSION &&
	    json_int(c->body, "from", -1) >= 0;
}

static bool
has_size(struct command *c)
{
	return json_get(c->body, "columns") != NULL ||
	    json_get(c->body, "rows") != NULL;
}

static enum err
check_size(struct command *c)
{
	int64_t columns = json_int(c->body, "columns", 0);
	int64_t rows = json_int(c->body, "rows", 0);

	if (!has_size(c) ||
	    (is_numbered(c) && tty_message_has_size(columns, rows)))
		return ERR_OK;
	return fault_set(&c->fault, ERR_INVALID, "bad_value", "columns",
	    "refused_bad_size columns_least=%d columns_most=%d rows_least=%d "
	    "rows_most=%d",
	    TTY_COLUMNS_LEAST, TTY_COLUMNS_MOST, TTY_ROWS_LEAST, TTY_ROWS_MOST);
}

/* The bytes of the request: `data` in base64, or a `line` and Enter. */
static enum err
read_bytes(struct command *c, struct buf *ret)
{
	const char *data = json_text(c->body, "data", NULL);
	const char *line = json_text(c->body, "line", NULL);
	bool ok = (data == NULL) != (line == NULL);

	if (json_get(c->body, "typist") != NULL && !is_numbered(c))
		return fault_set(&c->fault, ERR_INVALID, "bad_value", "typist",
		    "refused_bad_typist count=%d", TTY_SESSION);
	if (ok && data != NULL)
		ok = encode_unbase64(data, strlen(data), ret);
	if (ok && line != NULL) {
		buf_puts(ret, line);
		buf_putc(ret, '\r');
	}
	if (ok && (ret->len > 0 || is_numbered(c)) &&
	    ret->len <= TTY_INPUT_MOST)
		return ERR_OK;
	return fault_set(&c->fault, ERR_INVALID, "bad_value",
	    line != NULL ? "line" : "data", "refused_bad_input count=%d",
	    TTY_INPUT_MOST);
}

/* The target that the request names, or the only one. */
static void
find_terminal(struct command *c, struct terminal *t)
{
	const char *named = json_text(c->body, "target", NULL);
	struct rows *rows = db_query(c->keeper->db, STMT_TARGETS_OF_ATTEMPT,
	    INT(t->run), TEXT(t->step), INT(t->n));

	while (db_next(rows)) {
		t->count++;
		if (named != NULL && !text_eq(named, db_text(rows, "target")))
			continue;
		strncpy(
		    t->target, db_text(rows, "target"), sizeof(t->target) - 1);
		t->state = state_find(db_text(rows, "state"));
	}
	db_done(rows);
}

static enum err
check_terminal(struct command *c, const struct terminal *t)
{
	if (json_int(c->body, "attempt", 0) != t->n)
		return fault_set(&c->fault, ERR_CONFLICT, "old_page", "attempt",
		    "refused_other_attempt n=%lld",
		    (long long)json_int(c->body, "attempt", 0));
	if (t->target[0] == '\0' ||
	    (t->count > 1 && json_text(c->body, "target", NULL) == NULL))
		return fault_set(&c->fault, ERR_INVALID, "bad_value", "target",
		    "refused_name_target count=%d", t->count);
	if (t->state != STATE_RUNNING)
		return fault_set(&c->fault, ERR_CONFLICT, "step_state", NULL,
		    "refused_no_terminal target=%s state=@is_%s", t->target,
		    state_word(t->state));
	if (!c->keeper->runner_here)
		return fault_set(&c->fault, ERR_UNAVAILABLE, "no_runner", NULL,
		    "refused_no_runner");
	return ERR_OK;
}

/* Records the person who types, the first time. */
static enum err
note(struct command *c, const struct terminal *t)
{
	struct rows *rows = db_query(c->keeper->db, STMT_TYPIST_GET,
	    INT(t->run), TEXT(t->step), INT(t->n), TEXT(t->target),
	    TEXT(c->actor.name));
	bool known = db_next(rows);
	struct json_object *data;

	db_done(rows);
	if (known)
		return ERR_OK;
	data = json_object_new_object();
	json_set_text(data, "step", t->step);
	json_set_int(data, "n", t->n);
	json_set_text(data, "target", t->target);
	return event_append(c->keeper->db, t->run, EVENT_ANY_SEQ, c->actor.name,
	    EVENT_STEP_TYPED, data);
}

static void
pass_on(struct command *c, const struct terminal *t, const char *exec,
    const struct buf *bytes)
{
	struct tty_message m = { .exec = exec,
		.target = t->target,
		.session = is_numbered(c) ? json_text(c->body, "typist", "")
					  : "",
		.from = json_int(c->body, "from", 0),
		.columns = (int)json_int(c->body, "columns", 0),
		.rows = (int)json_int(c->body, "rows", 0) };
	struct wire_call call = { .verb = RUNNER_PUSH_INPUT };
	struct buf text = { 0 };

	tty_message_write(&m, bytes, &text);
	call.body = buf_text(&text);
	wire_put_call(&c->keeper->typed, &call);
	sodium_memzero(text.data, text.cap);
	buf_clear(&text);
}

static struct arrived *
find_arrived(
    struct keeper *k, const char *exec, const char *target, const char *session)
{
	for (size_t i = 0; i < KEEPER_ARRIVED; i++) {
		struct arrived *a = &k->arrived[i];

		if (text_eq(a->session, session) && text_eq(a->exec, exec) &&
		    text_eq(a->target, target))
			return a;
	}
	return NULL;
}

enum err
cmd_exec_input(struct command *c)
{
	struct arena *arena = arena_new();
	struct keeper *k = c->keeper;
	struct runner_message m;
	struct arrived *a;
	enum err err = runner_message_read(
	    RUNNER_INPUT_ARRIVED, c->body, arena, &m, &c->fault);

	if (err != ERR_OK)
		goto out;
	a = find_arrived(k, m.exec, m.target, m.session);
	if (a == NULL) {
		a = &k->arrived[k->arrived_next++ % KEEPER_ARRIVED];
		*a = (struct arrived){ .count = 0 };
		strncpy(a->exec, m.exec, sizeof(a->exec) - 1);
		strncpy(a->target, m.target, sizeof(a->target) - 1);
		strncpy(a->session, m.session, sizeof(a->session) - 1);
	}
	a->count = m.arrived;
out:
	arena_free(arena);
	return err;
}

/* Passes the bytes on; the answer says how many earlier ones arrived. */
static enum err
type(struct command *c, const struct terminal *t, const char *exec,
    const struct buf *bytes)
{
	struct arrived *a = find_arrived(
	    c->keeper, exec, t->target, json_text(c->body, "typist", ""));
	enum err err = ERR_OK;

	if (is_numbered(c))
		json_set_int(c->result, "arrived", a != NULL ? a->count : 0);
	if (bytes->len > 0)
		err = note(c, t);
	if (err == ERR_OK && (bytes->len > 0 || has_size(c)))
		pass_on(c, t, exec, bytes);
	return err;
}

enum err
cmd_step_type(struct command *c)
{
	struct json_object *attempt = NULL;
	struct terminal t = { 0 };
	struct buf bytes = { 0 };
	struct lifecycle_step s;
	struct run run;
	enum err err = run_permit(c, VERB_step_type, &run, &s);

	if (err != ERR_OK)
		return err;
	t.run = run.id;
	t.step = s.step->id;
	t.n = json_int(run_step_row(&run, t.step), "attempts", 0);
	attempt = db_first_json(db_query(c->keeper->db, STMT_ATTEMPT_GET,
	    INT(t.run), TEXT(t.step), INT(t.n)));
	find_terminal(c, &t);
	if ((err = check_terminal(c, &t)) == ERR_OK &&
	    (err = check_size(c)) == ERR_OK &&
	    (err = read_bytes(c, &bytes)) == ERR_OK)
		err = type(c, &t, json_text(attempt, "exec", ""), &bytes);
	if (bytes.data != NULL)
		sodium_memzero(bytes.data, bytes.cap);
	buf_clear(&bytes);
	json_object_put(attempt);
	run_clear(&run);
	return err;
}
