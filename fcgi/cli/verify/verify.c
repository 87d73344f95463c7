/*
 * verify.c: recomputes all claims of the journal.
 *
 * Chains: each hash, each number, the columns against the body.  Projections:
 * all events are replayed into a database in memory and the tables compared row
 * by row.  Outputs: the hash of each .cast file and of each artifact.  The
 * ledger is in verify_ledger.c.
 */
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/verify/report.h"
#include "cli/cli.h"
#include "cli/verify/verify.h"
#include "cli/verify/verify_tables.h"
#include "cli/verify/verify_ledger.h"
#include "journal/captured.h"
#include "journal/event.h"
#include "journal/project/project.h"
#include "journal/plan.h"
#include "wire/exec.h"

static void
wrong(struct verify *v, const char *what, int64_t run, int64_t seq)
{
	cli_wrong(&v->wrong, "verify_at what=@%s run=%lld event=%lld", what,
	    (long long)run, (long long)seq);
}

/* The documents come first: runs refer to them. */
static void
copy_documents(struct verify *v)
{
	struct rows *rows = db_query(v->db, STMT_DOCUMENTS_ALL);
	char hash[2 * HASH_BYTES + 1];

	while (db_next(rows)) {
		const char *text = db_text(rows, "text");

		text = text != NULL ? text : "";
		hash_hex(text, strlen(text), hash);
		if (!text_eq(hash, db_text(rows, "hash")))
			wrong(v, "verify_document_differs", 0, 0);
		db_run(v->replay, STMT_DOCUMENT_ADD,
		    TEXT(db_text(rows, "hash")), TEXT(text));
	}
	db_done(rows);
}

/* A text that any journal of ours contains. */
static const char *
text_at(struct rows *rows, const char *column)
{
	const char *text = db_text(rows, column);

	return text != NULL ? text : "";
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
	const char *body = text_at(rows, "body");
	size_t len;
	const void *hash = db_blob(rows, "hash", &len);
	struct json_object *parsed = NULL;
	struct event e;

	if (event_parse(body, &e, &parsed) != ERR_OK) {
		wrong(v, "verify_body_unreadable", run, seq);
		return;
	}
	if (e.run != run || e.seq != seq || e.at != db_int(rows, "at") ||
	    !text_eq(e.actor, db_text(rows, "actor")) ||
	    !text_eq(event_word(e.kind), text_at(rows, "kind")))
		wrong(v, "verify_columns_differ", run, seq);
	db_run(v->replay, STMT_EVENT_ADD, INT(run), INT(seq), INT(e.at),
	    TEXT(e.actor), TEXT(event_word(e.kind)), TEXT(body),
	    BLOB(hash != NULL ? hash : "", len));
	take_credential(v, &e);
	if (event_project(v->replay, &e) != ERR_OK)
		wrong(v, "verify_not_replayed", run, seq);
	json_object_put(parsed);
}

static void
check_chains(struct verify *v)
{
	struct rows *rows = db_query(v->db, STMT_EVENTS_ALL);
	unsigned char before[HASH_BYTES] = { 0 }, hash[HASH_BYTES];
	int64_t run = -1, seq = 0;

	while (db_next(rows)) {
		size_t len;
		const void *stored = db_blob(rows, "hash", &len);

		if (db_int(rows, "run") != run) {
			run = db_int(rows, "run");
			seq = 0;
			memset(before, 0, sizeof(before));
		}
		if (db_int(rows, "seq") != ++seq)
			wrong(v, "verify_missing", run, seq);
		seq = db_int(rows, "seq");
		event_hash(before, text_at(rows, "body"), hash);
		if (len != HASH_BYTES || memcmp(hash, stored, len) != 0)
			wrong(v, "verify_hash_differs", run, seq);
		memcpy(before, hash, sizeof(before));
		replay(v, rows);
		v->events++;
	}
	db_done(rows);
}

/* The files of the rows {exec, target, hash, run, step, n}. */
static void
check_files(
    struct verify *v, enum stmt stmt, const char *ending, const char *what)
{
	struct rows *rows = db_query(v->db, stmt);
	char hash[2 * HASH_BYTES + 1];

	while (db_next(rows)) {
		char *path = mem_printf("%s/exec/%s/%s%s", v->data,
		    text_at(rows, "exec"), text_at(rows, "target"), ending);

		if (hash_file(path, hash) != ERR_OK ||
		    !text_eq(hash, db_text(rows, "hash"))) {
			cli_wrong(&v->wrong,
			    "verify_file what=@%s run=%lld step=%s "
			    "attempt=%lld target=%s",
			    what, (long long)db_int(rows, "run"),
			    text_at(rows, "step"), (long long)db_int(rows, "n"),
			    text_at(rows, "target"));
		}
		v->outputs++;
		free(path);
	}
	db_done(rows);
}

/* Sections repeat over what steps have captured, and nothing else. */
static void
check_lists(struct verify *v, struct json_object *row, const struct plan *plan)
{
	int64_t run = json_int(row, "id", 0);
	struct json_object *captured = captured_values(v->replay, run);

	if (!plan_lists_are_captured(plan, row, captured))
		cli_wrong(&v->wrong, "verify_lists run=%lld", (long long)run);
	json_object_put(captured);
}

/* Each run has the hash of its plan, and its compiled plan can be read. */
static void
check_plans(struct verify *v)
{
	struct rows *rows = db_query(v->replay, STMT_RUN_IDS);

	while (db_next(rows)) {
		struct json_object *row = db_first_json(
		    db_query(v->replay, STMT_RUN_GET, INT(db_int(rows, "id"))));
		struct plan *plan = NULL;
		char hash[65];

		plan_of_row(row, hash);
		if (!text_eq(hash, json_text(row, "plan", "")) ||
		    plan_load(v->replay, row, &plan, NULL) != ERR_OK)
			cli_wrong(&v->wrong, "verify_plan run=%lld",
			    (long long)db_int(rows, "id"));
		else if (plan != NULL)
			check_lists(v, row, plan);
		plan_free(plan);
		json_object_put(row);
	}
	db_done(rows);
}

static void
check_all_files(struct verify *v)
{
	check_files(v, STMT_OUTPUTS_ALL, ".cast", "verify_file_output");
	check_files(v, STMT_SEALED_ALL, EXEC_SEALED, "verify_file_sealed");
	check_files(v, STMT_ARTIFACTS_ALL, EXEC_ARTIFACT, "verify_file_kept");
}

/* Nothing is concluded from rows of which some cannot be read. */
static void
check_all(struct verify *v)
{
	static void (*const checks[])(struct verify *) = { verify_database,
		copy_documents, check_chains, check_plans, verify_tables,
		verify_ledger, check_all_files };

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		if (!db_has_failed(v->db))
			checks[i](v);
}

static int
verify_reports(struct cli *c)
{
	int code = CLI_YES;

	for (int i = 0; i < c->argc; i++) {
		if (c->argc > 1)
			printf("%s:\n", c->argv[i]);
		if (report_verify(c->argv[i]) != CLI_YES)
			code = CLI_NO;
	}
	return code;
}

int
cli_verify(struct cli *c)
{
	struct verify v = { .data = c->data, .key = c->key };

	if (c->argc > 0)
		return verify_reports(c);
	if (sodium_init() < 0 || db_open(c->data, DB_CLI, &v.db) != ERR_OK)
		return cli_message(CLI_NO, "cli_no_journal folder=%s", c->data);
	v.heads = verify_ledger_heads(c->head);
	if (v.heads == NULL) {
		db_close(v.db);
		return cli_message(CLI_NO, "verify_no_heads of=%s", c->head);
	}
	if (db_open(DB_MEMORY, DB_CLI, &v.replay) != ERR_OK) {
		json_object_put(v.heads);
		db_close(v.db);
		return cli_message(CLI_NO, "verify_no_memory");
	}
	v.credentials = json_object_new_object();
	verify_ledger_read(&v);
	(void)db_begin(v.db);
	(void)db_begin(v.replay);
	if (verify_schema(&v))
		check_all(&v);
	if (db_end(v.replay, ERR_OK) != ERR_OK)
		cli_wrong(&v.wrong, "verify_no_memory");
	if (db_end(v.db, ERR_OK) != ERR_OK)
		cli_wrong(&v.wrong, "verify_database_unreadable");
	db_close(v.replay);
	db_close(v.db);
	json_object_put(v.credentials);
	json_object_put(v.heads);
	buf_clear(&v.ledger);
	cli_print("verify_result events=%lld entries=%lld outputs=%lld "
		  "result=@%s",
	    (long long)v.events, (long long)v.entries, (long long)v.outputs,
	    v.wrong == 0 ? "verify_as_recorded_all" : "verify_not_as_recorded");
	return v.wrong == 0 ? CLI_YES : CLI_NO;
}
