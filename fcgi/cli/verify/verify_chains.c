/*
 * verify_chains.c: recomputes what a range of chains claims.
 *
 * Each hash, each number, the columns against the body.  The events of some
 * runs at a time are replayed into a database in memory, their rows compared
 * with those on disk, and the replay rolled back, so that memory does not grow
 * with the journal.  A run is derived from its own chain alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/verify/verify.h"
#include "cli/verify/verify_chains.h"
#include "cli/verify/verify_files.h"
#include "cli/verify/verify_tables.h"
#include "journal/captured.h"
#include "journal/event.h"
#include "journal/plan.h"
#include "journal/project/project.h"

#define BATCH \
	2000 /* events that are replayed before their rows are compared \
	      */

/* The chain that is read, and the plan of the last run. */
struct chains {
	struct verify *v;
	int64_t run; /* -1: none yet */
	int64_t seq;
	unsigned char hash[HASH_BYTES];
	int64_t from; /* the first run that was not compared yet */
	int64_t replayed;
	struct plan *plan;
	char compiled[2 * HASH_BYTES + 1]; /* its hash */
};

static void
wrong(struct verify *v, const char *what, int64_t run, int64_t seq)
{
	cli_wrong(&v->count->wrong, "verify_at what=@%s run=%lld event=%lld",
	    what, (long long)run, (long long)seq);
}

/* The last password of an account, as the hash of its hash. */
static void
take_credential(struct verify *v, const struct event *e)
{
	const char *name = json_text(e->data, "name", NULL);

	if (name != NULL &&
	    (e->kind == EVENT_ACCOUNT_ADDED || e->kind == EVENT_PASSWORD_SET))
		json_set_text(
		    v->credentials, name, json_text(e->data, "credential", ""));
}

static void
replay(struct verify *v, struct rows *rows)
{
	int64_t run = db_int(rows, "run"), seq = db_int(rows, "seq");
	int64_t at = db_int(rows, "at");
	const char *actor = db_text(rows, "actor");
	const char *kind = verify_text(rows, "kind");
	struct json_object *parsed = NULL;
	struct event e;

	if (event_parse(verify_text(rows, "body"), &e, &parsed) != ERR_OK) {
		wrong(v, "verify_body_unreadable", run, seq);
		return;
	}
	if (db_has_nul(rows) || e.run != run || e.seq != seq || e.at != at ||
	    !text_eq(e.actor, actor) || !text_eq(event_word(e.kind), kind))
		wrong(v, "verify_columns_differ", run, seq);
	event_bring_documents(v->db, v->replay, &e);
	take_credential(v, &e);
	if (event_project(v->replay, &e) != ERR_OK)
		wrong(v, "verify_not_replayed", run, seq);
	json_object_put(parsed);
}

static void
check_event(struct chains *c, struct rows *rows)
{
	unsigned char hash[HASH_BYTES];
	size_t len;
	const void *stored = db_blob(rows, "hash", &len);

	if (db_int(rows, "seq") != ++c->seq)
		wrong(c->v, "verify_missing", c->run, c->seq);
	c->seq = db_int(rows, "seq");
	event_hash(c->hash, verify_text(rows, "body"), hash);
	if (len != HASH_BYTES || memcmp(hash, stored, len) != 0)
		wrong(c->v, "verify_hash_differs", c->run, c->seq);
	memcpy(c->hash, hash, sizeof(hash));
	replay(c->v, rows);
	c->replayed++;
	c->v->count->events++;
}

/* Sections repeat over what steps have captured, and nothing else. */
static void
check_lists(struct verify *v, struct json_object *row, const struct plan *plan)
{
	int64_t run = json_int(row, "id", 0);
	struct json_object *captured = captured_values(v->replay, run);

	if (!plan_lists_are_captured(plan, row, captured))
		cli_wrong(
		    &v->count->wrong, "verify_lists run=%lld", (long long)run);
	json_object_put(captured);
}

/*
 * The compiled plan of a run.  Most runs have that of the run before, unless
 * lists were expanded.  False: it cannot be read.
 */
static bool
load_plan(struct chains *c, struct json_object *row)
{
	const char *hash = json_text(row, "compiled", "");
	bool expanded = json_get(row, "expanded") != NULL;

	if (c->plan != NULL && !expanded && *hash != '\0' &&
	    text_eq(hash, c->compiled))
		return true;
	plan_free(c->plan);
	c->plan = NULL;
	snprintf(c->compiled, sizeof(c->compiled), "%s", expanded ? "" : hash);
	return plan_load(c->v->replay, row, &c->plan, NULL) == ERR_OK;
}

/* Each run has the hash of its plan, and its compiled plan can be read. */
static void
check_plans(struct chains *c, int64_t last)
{
	struct verify *v = c->v;
	struct rows *rows = db_query(
	    v->replay, STMT_RUN_IDS, INT(c->from), INT(last));

	while (db_next(rows)) {
		struct json_object *row = db_first_json(
		    db_query(v->replay, STMT_RUN_GET, INT(db_int(rows, "id"))));
		char hash[2 * HASH_BYTES + 1];

		plan_of_row(row, hash);
		if (!text_eq(hash, json_text(row, "plan", "")) ||
		    !load_plan(c, row))
			cli_wrong(&v->count->wrong, "verify_plan run=%lld",
			    (long long)db_int(rows, "id"));
		else if (c->plan != NULL)
			check_lists(v, row, c->plan);
		json_object_put(row);
	}
	db_done(rows);
}

/* Rolls it back, and begins another one. */
static void
drop_replay(struct verify *v)
{
	enum err err = db_has_failed(v->replay) ? ERR_UNAVAILABLE
						: ERR_CONFLICT;

	if (db_end(v->replay, err) == ERR_UNAVAILABLE)
		cli_wrong(&v->count->wrong, "verify_no_memory");
	(void)db_begin(v->replay);
}

/* Compares what was replayed, up to that run, and drops it. */
static void
end_batch(struct chains *c, int64_t last)
{
	struct verify *v = c->v;

	if (!db_has_failed(v->db)) {
		check_plans(c, last);
		verify_tables(v, c->from, last);
	}
	drop_replay(v);
	c->from = last < INT64_MAX ? last + 1 : last;
	c->replayed = 0;
	v->count->at = last;
}

static void
check_events(struct chains *c)
{
	struct verify *v = c->v;
	struct rows *rows = db_query(
	    v->db, STMT_EVENTS_OF, INT(v->first), INT(v->last));
	bool is_first = true;

	while (db_next(rows)) {
		int64_t run = db_int(rows, "run");

		if (is_first || run != c->run) {
			if (c->replayed >= BATCH)
				end_batch(c, run - 1);
			c->run = run;
			c->seq = 0;
			memset(c->hash, 0, sizeof(c->hash));
			is_first = false;
		}
		check_event(c, rows);
	}
	db_done(rows);
}

void
verify_chains(struct verify *v)
{
	struct chains c = { .v = v, .run = -1, .from = v->first };

	verify_tables_open(v);
	check_events(&c);
	end_batch(&c, v->last);
	verify_tables_close(v);
	plan_free(c.plan);
	verify_files(v);
}
