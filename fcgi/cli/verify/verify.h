/* verify.h: declarations shared by the parts of `countersign verify`. */
#ifndef CLI_VERIFY_VERIFY_H
#define CLI_VERIFY_VERIFY_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "journal/db.h"

#define VERIFY_TABLES 15 /* of runs */

struct cli;
struct cursor;

/* Counts of what was checked, and of its faults. */
struct verify_count {
	int64_t events;
	int64_t entries;
	int64_t outputs;
	int64_t unproven; /* texts that no event proves */
	int64_t at;       /* the run at which it is */
	int wrong;
};

/* One process: chains, where chain 0 is of no run, and entries of the ledger.
 */
struct verify {
	const char *data;
	const char *key;           /* 64 hex digits or a file; NULL: its own */
	struct json_object *heads; /* {head: …} that the ledger must have */
	struct db *db;
	struct db *replay;               /* replay of the events, in memory */
	struct json_object *credentials; /* {account: hash, or ""} */
	int64_t first;
	int64_t last;
	int64_t first_entry;
	int64_t last_entry;
	int ledger;          /* descriptor of ledger.jsonl, or -1 */
	int64_t ledger_size; /* bytes that it had at the start */
	bool ledger_lost;    /* it is there, and cannot be read */
	struct cursor *disk[VERIFY_TABLES]; /* the tables that are read */
	struct verify_count *count;
};

/* A text that any journal of ours contains; "" if it does not. */
const char *verify_text(struct rows *rows, const char *column);

int cli_verify(struct cli *c);

#endif
