/*
 * refused.c: records attempts to bypass the rules.
 *
 * The command itself is rolled back; this event is in a savepoint of its own in
 * the same transaction.  The same attempt by the same person counts once until
 * another event of the run, and the number in a row is limited, so that nobody
 * fills the journal by asking.
 */
#include "keeper/refused.h"
#include "base/message.h"
#include "base/text.h"
#include "journal/event.h"
#include "keeper/run.h"

#define MOST_IN_A_ROW 50

static bool
is_same(struct command *c, struct rows *rows)
{
	struct json_object *body = NULL;
	struct event e;
	bool same;

	if (!text_eq(db_text(rows, "actor"), c->actor.name) ||
	    event_parse(db_text(rows, "body"), &e, &body) != ERR_OK)
		return false;
	same = text_eq(json_text(e.data, "verb", ""), c->call->verb) &&
	    text_eq(json_text(e.data, "step", ""), c->call->step) &&
	    text_eq(json_text(e.data, "code", ""), c->fault.code);
	json_object_put(body);
	return same;
}

/* The end of the chain has it already, or too many of its kind. */
static bool
is_known(struct command *c)
{
	struct rows *rows = db_query(
	    c->keeper->db, STMT_EVENTS_BACK, INT(c->call->run));
	bool known = false;
	int count = 0;

	while (!known && db_next(rows) &&
	    event_find(db_text(rows, "kind")) == EVENT_RUN_REFUSED)
		known = is_same(c, rows) || ++count >= MOST_IN_A_ROW;
	db_done(rows);
	return known;
}

enum err
run_record_refusal(struct command *c)
{
	struct json_object *data;
	enum err err = db_savepoint(c->keeper->db);

	if (err != ERR_OK)
		return err;
	if (is_known(c))
		return db_release(c->keeper->db, ERR_OK);
	data = json_object_new_object();
	json_set_text(data, "verb", c->call->verb);
	if (*c->call->step != '\0')
		json_set_text(data, "step", c->call->step);
	json_set_text(data, "code", c->fault.code);
	message_set(data, "message", c->fault.message);
	return db_release(c->keeper->db,
	    event_append(c->keeper->db, c->call->run, EVENT_ANY_SEQ, c->name,
		EVENT_RUN_REFUSED, data));
}
