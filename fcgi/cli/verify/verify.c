/*
 * verify.c: recomputes all claims of the journal.
 *
 * One process checks what concerns all runs, the others a range of runs each
 * (verify_jobs.c): chains, tables and files (verify_chains.c).  The ledger is
 * in verify_ledger.c.
 */
#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/verify/report.h"
#include "cli/verify/verify.h"
#include "cli/verify/verify_chains.h"
#include "cli/verify/verify_jobs.h"
#include "cli/verify/verify_ledger.h"
#include "cli/verify/verify_tables.h"
#include "journal/hash.h"

static void
check_documents(struct verify *v)
{
	struct rows *rows = db_query(v->db, STMT_DOCUMENTS_ALL);
	char hash[2 * HASH_BYTES + 1];
	size_t len;

	while (db_next(rows)) {
		const void *text = db_blob(rows, "text", &len);

		hash_hex(text, len, hash);
		if (!text_eq(hash, db_text(rows, "hash")))
			cli_wrong(&v->count->wrong,
			    "verify_at what=@%s run=%d event=%d",
			    "verify_document_differs", 0, 0);
	}
	db_done(rows);
}

static bool
open_both(struct verify *v)
{
	if (db_open(v->data, DB_CLI, &v->db) != ERR_OK) {
		cli_message(CLI_NO, "cli_no_journal folder=%s", v->data);
		return false;
	}
	if (db_open(DB_MEMORY, DB_CLI, &v->replay) != ERR_OK) {
		cli_message(CLI_NO, "verify_no_memory");
		return false;
	}
	(void)db_begin(v->db);
	(void)db_begin(v->replay);
	return true;
}

/* Nothing is concluded from rows of which some cannot be read. */
static void
close_both(struct verify *v)
{
	if (v->db != NULL && v->replay != NULL) {
		if (db_end(v->replay, ERR_OK) != ERR_OK)
			cli_wrong(&v->count->wrong, "verify_no_memory");
		if (db_end(v->db, ERR_OK) != ERR_OK)
			cli_wrong(
			    &v->count->wrong, "verify_database_unreadable");
	}
	db_close(v->replay);
	db_close(v->db);
	v->db = v->replay = NULL;
}

/* One process: the chains of its range, and with chain 0 all of no run. */
static bool
check(struct verify *v)
{
	static void (*const checks[])(struct verify *) = { verify_database,
		check_documents, verify_chains, verify_ledger };
	bool opened = open_both(v);

	v->credentials = json_object_new_object();
	if (opened && v->first > 0)
		verify_chains(v);
	for (size_t i = 0;
	     opened && v->first <= 0 && i < sizeof(checks) / sizeof(checks[0]);
	     i++)
		if (!db_has_failed(v->db))
			checks[i](v);
	close_both(v);
	json_object_put(v->credentials);
	return opened;
}

/* The last run; -1: there is no journal, or its tables are not ours. */
static int64_t
last_run(struct verify *v)
{
	int64_t last = -1;

	if (open_both(v) && verify_schema(v))
		last = db_first_int(db_query(v->db, STMT_LAST_RUN), 0);
	close_both(v);
	return last;
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
	struct verify_count count = { 0 };
	struct verify v = { .data = c->data, .key = c->key, .count = &count };
	int64_t last;

	if (c->argc > 0)
		return verify_reports(c);
	if (sodium_init() < 0)
		return cli_message(CLI_NO, "verify_no_memory");
	v.heads = verify_ledger_heads(c->head);
	if (v.heads == NULL)
		return cli_message(CLI_NO, "verify_no_heads of=%s", c->head);
	verify_ledger_open(&v);
	last = last_run(&v);
	if (last >= 0 && count.wrong == 0)
		verify_jobs(&v, last, check);
	if (v.ledger >= 0)
		close(v.ledger);
	json_object_put(v.heads);
	if (last < 0 && count.wrong == 0)
		return CLI_NO;
	cli_print("verify_result events=%lld entries=%lld outputs=%lld "
		  "result=@%s",
	    (long long)count.events, (long long)count.entries,
	    (long long)count.outputs,
	    count.wrong == 0 ? "verify_as_recorded_all"
			     : "verify_not_as_recorded");
	return count.wrong == 0 ? CLI_YES : CLI_NO;
}
