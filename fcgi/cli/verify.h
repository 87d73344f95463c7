/* verify.h: declarations shared by the parts of `countersign verify`. */
#ifndef CLI_VERIFY_H
#define CLI_VERIFY_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "journal/db.h"

struct verify {
	const char *data;
	struct db *db;
	struct db *replay;               /* replay of the events */
	struct json_object *credentials; /* {account: hash, or ""} */
	struct buf ledger;               /* the text of ledger.jsonl */
	enum err ledger_err;             /* error from reading it */
	int64_t events;
	int64_t entries;
	int64_t outputs;
	int wrong;
};

/* Prints an error and counts it. */
void verify_wrong(struct verify *v, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * False if the tables are not those of our schema: nothing else can be checked
 * then.
 */
bool verify_schema(struct verify *v);

/*
 * Compares the tables on disk with those of the replay, and runs SQLite's own
 * checks of its file (verify_tables.c).
 */
void verify_tables(struct verify *v);

/*
 * Checks the ledger (verify_ledger.c). Its file is read first, before anything
 * of the database: a running keeper appends to it after each commit, so it is
 * never ahead of later reads.
 */
void verify_ledger_read(struct verify *v);
void verify_ledger(struct verify *v);

#endif
