/* report.h: verifies an exported report (GET /runs/ID/report.json) offline. */
#ifndef CLI_VERIFY_REPORT_H
#define CLI_VERIFY_REPORT_H

#include <json-c/json.h>

#include "journal/db.h"
#include "base/hash.h"

struct report {
	struct json_object *report;
	struct db *replay; /* replay of its events */
	unsigned char hash[HASH_BYTES];
	int64_t run;
	int64_t seq;                  /* of the last event */
	bool old;                     /* without "format" */
	struct json_object *unproven; /* of an old one: {path} */
	int wrong;
};

/* Prints errors and the head of the chain; an exit code of cli.h. */
int report_verify(const char *path);

/* The same for the text of one; `name` is its name in messages. */
int report_verify_text(const char *name, const char *text, size_t len);

#endif
