/*
 * verify.h: what the parts of `countersign verify` share.
 */
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
	struct db *replay;               /* what the events come to */
	struct json_object *credentials; /* {account: hash, or ""} */
	struct buf ledger;               /* the text of ledger.jsonl */
	enum err ledger_err;             /* of reading it */
	int64_t events;
	int64_t entries;
	int64_t outputs;
	int wrong;
};

/* Prints that something is wrong, and counts it. */
void verify_wrong(struct verify *v, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* False where the tables are not those that we make: nothing else can be
 * asked of them then. */
bool verify_schema(struct verify *v);

/* The tables on disk against those of the replay, and all that SQLite itself
 * can say of its file (verify_tables.c). */
void verify_tables(struct verify *v);

/*
 * The ledger (verify_ledger.c).  Its file is read first, before anything of
 * the database: a keeper that is at work appends to it after each commit, so
 * it is never ahead of what is read later.
 */
void verify_ledger_read(struct verify *v);
void verify_ledger(struct verify *v);

#endif
