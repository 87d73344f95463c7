/* web.h: the state of a worker. */
#ifndef WEB_WEB_H
#define WEB_WEB_H

#include <stdbool.h>

#include "base/err.h"
#include "html/template.h"
#include "journal/db.h"
#include "base/catalogue.h"

struct runbook_cache;
struct fragments;
struct keeper_client;
struct read_limit;

struct web {
	const char *data; /* folders, without a final '/' */
	const char *runbooks;
	const char *static_files;
	struct db *db; /* NULL until the keeper has created it */
	struct templates *templates;
	struct catalogue *catalogue;
	struct runbook_cache *cache;
	struct json_object *library; /* of library.c */
	struct fragments *fragments;
	struct keeper_client *keeper;
	struct read_limit *limit;
	char asset[20]; /* changes when a static file does */
};

/*
 * Opens the database unless it is open, and begins a transaction.  `db` is NULL
 * if it cannot be opened.
 */
void web_begin_reading(struct web *web);

/*
 * Ends the transaction, if one has begun.  ERR_UNAVAILABLE: something could not
 * be read, and what was made of the rest does not count; `db` is NULL then.
 */
enum err web_end_reading(struct web *web);

/* Serves FastCGI requests from descriptor 0 until SIGTERM. */
void web_work(struct web *web);

#endif
