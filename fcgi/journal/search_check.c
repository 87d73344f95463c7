/*
 * search_check.c: compares the index of searches with the texts.
 *
 * FTS5 checks an index against its content by a command that is an INSERT,
 * which a database that is only read refuses.  So the tables of the index are
 * copied into a temporary index over the same texts.  The table ..._idx, where
 * FTS5 begins to read, is not checked by it.
 */
#include <sqlite3.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "journal/search_check.h"

#define COPY(table) \
	"DELETE FROM temp.search_index_" table ";" \
	"INSERT INTO temp.search_index_" table \
	" SELECT * FROM main.search_index_" table ";"

static const char copy[] =
    "PRAGMA temp_store = FILE; BEGIN;"
    "CREATE TEMP VIEW search AS SELECT * FROM main.search;"
    "CREATE VIRTUAL TABLE temp.search_index USING fts5 (text,"
    " content='search', content_rowid='id', tokenize='trigram');" COPY("data")
	COPY("idx") COPY("docsize");

static const char check[] = "INSERT INTO temp.search_index (search_index, rank)"
			    " VALUES ('integrity-check', 1)";

enum err
search_check(const char *data_dir)
{
	char *path = mem_printf("%s/countersign.db", data_dir);
	sqlite3 *db = NULL;
	int rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_busy_timeout(db, 5000);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, copy, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, check, NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		log_warn("the index of searches: %s", sqlite3_errmsg(db));
	sqlite3_close(db);
	free(path);
	if (rc == SQLITE_OK)
		return ERR_OK;
	return (rc & 0xff) == SQLITE_CORRUPT ? ERR_INVALID : ERR_UNAVAILABLE;
}
