/* verify.h: declarations shared by the parts of `countersign verify`. */
#ifndef CLI_VERIFY_VERIFY_H
#define CLI_VERIFY_VERIFY_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "journal/db.h"

struct cli;

struct verify {
	const char *data;
	const char *key;           /* 64 hex digits or a file; NULL: its own */
	struct json_object *heads; /* {head: …} that the ledger must have */
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

int cli_verify(struct cli *c);

#endif
