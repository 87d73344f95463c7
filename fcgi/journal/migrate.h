/*
 * migrate.h: the versions of the database, numbered and forward only.
 */
#ifndef JOURNAL_MIGRATE_H
#define JOURNAL_MIGRATE_H

#include <sqlite3.h>
#include <stdbool.h>

#include "base/err.h"

struct db;

/* The version of the database that this program reads and writes. */
#define MIGRATE_VERSION 8

/* The whole schema of that version (schema.sql). */
const char *migrate_schema(void);

/*
 * Creates the tables in an empty database (from 0) or migrates those of an
 * older version, inside the caller's transaction and with foreign keys off.
 * Projections are then empty: migrate_replay() fills them. False if a statement
 * failed (logged).
 */
bool migrate_tables(sqlite3 *handle, int from);

/* Creates the indexes of migrated tables, when they are filled. */
bool migrate_indexes(sqlite3 *handle);

/*
 * Fills the projections from all events and records the migration itself (chain
 * 0, "journal.migrated"). ERR_INVALID: an event cannot be replayed (logged).
 */
enum err migrate_replay(struct db *db, int from);

#endif
