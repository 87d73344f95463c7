/*
 * transaction.h: transactions, which notice a failed read.
 */
#ifndef JOURNAL_TRANSACTION_H
#define JOURNAL_TRANSACTION_H

#include <stdbool.h>

#include "base/err.h"

struct db;

/*
 * A transaction: BEGIN IMMEDIATE for the keeper, a read snapshot for the
 * others, who keep it short.  A read that fails outside of one ends the
 * process.  ERR_UNAVAILABLE: it cannot begin; then it has no rows,
 * writes nothing, and is ended nevertheless.
 */
enum err db_begin(struct db *db);

/*
 * Commits on ERR_OK, else rolls back; returns err, or the error of the commit.
 * ERR_UNAVAILABLE also if a statement failed since db_begin(): then the rows
 * were perhaps not all, nothing that was concluded from them holds, and nothing
 * is written.
 */
__attribute__((warn_unused_result)) enum err db_end(
    struct db *db, enum err err);

/*
 * As db_begin() and db_end(), for one command within the keeper's batch, or by
 * itself.  A failed read of the command ends with it.
 */
enum err db_savepoint(struct db *db);
enum err db_release(struct db *db, enum err err);

/*
 * A statement of this transaction has failed.  For what outlives the
 * transaction, such as a cache; all else asks db_end().
 */
bool db_has_failed(const struct db *db);

/* A transaction or a savepoint has begun. */
bool db_is_within(const struct db *db);

/*
 * True from an I/O error that made SQLite roll back the transaction, until
 * db_end().  Nothing is written then: SQLite would commit each statement by
 * itself.  db_run() and all others around it return ERR_UNAVAILABLE.
 */
bool db_is_lost(const struct db *db);

/*
 * True if the connection itself may be the cause: SQLite continues read-only
 * after a file could not be opened for writing once. Close it and open another.
 */
bool db_is_stale(const struct db *db);

/*
 * For rows.c: the statement has failed with that code of SQLite.  False: it is
 * in no transaction that would fail with it.
 */
bool db_fail(struct db *db, const char *what, int rc);

/*
 * The error for the code of a statement that writes; logs what is unexpected.
 * Its caller knows of a full disk, which is no failure of the transaction.
 */
enum err db_error(struct db *db, const char *what, int rc);

#endif
