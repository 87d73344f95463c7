/*
 * verify.h: what the parts of `countersign verify` share.
 */
#ifndef CLI_VERIFY_H
#define CLI_VERIFY_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "journal/db.h"

struct verify {
	const char *data;
	struct db *db;
	struct db *replay;               /* what the events come to */
	struct json_object *credentials; /* {account: hash, or ""} */
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

#endif
