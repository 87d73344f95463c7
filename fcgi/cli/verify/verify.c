/*
 * verify.c: recomputes all claims of the journal.
 *
 * One process checks what concerns all runs, the others a range of runs each
 * (verify_jobs.c): chains, tables and files (verify_chains.c), and packs
 * (verify_packs.c).  The ledger is in verify_ledger.c.
 */
#include <malloc.h>
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
#include "cli/verify/verify_packs.h"
#include "cli/verify/verify_tables.h"
#include "base/hash.h"

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

/* One process: its chains, and with chain 0 all that concerns no run. */
static bool
check(struct verify *v)
{
	static void (*const checks[])(struct verify *) = { verify_database,
		check_documents, verify_chains, verify_pack_names,
		verify_ledger, NULL };
	static void (*const checks_of_runs[])(struct verify *) = {
		verify_chains, verify_packs, verify_signatures, NULL
	};
	bool opened = open_both(v);

	v->credentials = json_object_new_object();
	for (size_t i = 0; opened && !db_has_failed(v->db); i++) {
		void (*one)(struct verify *) = v->first <= 0
		    ? checks[i]
		    : checks_of_runs[i];

		if (one == NULL)
			break;
		one(v);
	}
	close_both(v);
	json_object_put(v->credentials);
	return opened;
}

const char *
verify_text(struct rows *rows, const char *column)
{
	const char *text = db_text(rows, column);

	return text != NULL ? text : "";
}

/*
 * Finds the last run and the last entry.  False: there is no journal, or its
 * tables are not ours.
 */
static bool
find_ends(struct verify *v)
{
	bool ours = open_both(v) && verify_schema(v);

	v->first = v->first_entry = 1;
	if (ours) {
		v->last = db_first_int(db_query(v->db, STMT_LAST_RUN), 0);
		v->last_entry = db_first_int(
		    db_query(v->db, STMT_LAST_ENTRY), 0);
	}
	close_both(v);
	return ours;
}

/*
 * Each batch of the replay is dropped: memory that goes back to the system each
 * time comes again as pages to be cleared, a fifth of all that `verify` takes.
 */
static void
keep_memory(void)
{
	(void)mallopt(M_TRIM_THRESHOLD, 64 * 1024 * 1024);
	(void)mallopt(M_TOP_PAD, 1024 * 1024);
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
	bool ours;

	if (c->argc > 0)
		return verify_reports(c);
	if (sodium_init() < 0)
		return cli_message(CLI_NO, "verify_no_memory");
	keep_memory();
	v.heads = verify_ledger_heads(c->head);
	if (v.heads == NULL)
		return cli_message(CLI_NO, "verify_no_heads of=%s", c->head);
	verify_ledger_open(&v);
	ours = find_ends(&v);
	if (ours && count.wrong == 0)
		verify_jobs(&v, check);
	if (v.ledger >= 0)
		close(v.ledger);
	json_object_put(v.heads);
	if (!ours && count.wrong == 0)
		return CLI_NO;
	if (count.unproven > 0)
		cli_print("verify_texts_unproven outputs=%lld",
		    (long long)count.unproven);
	cli_print("verify_result events=%lld entries=%lld outputs=%lld "
		  "result=@%s",
	    (long long)count.events, (long long)count.entries,
	    (long long)count.outputs,
	    count.wrong == 0 ? "verify_as_recorded_all"
			     : "verify_not_as_recorded");
	return count.wrong == 0 ? CLI_YES : CLI_NO;
}
