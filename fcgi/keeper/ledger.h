/*
 * ledger.h: the heads of the chains, signed: of runs that were closed, and
 * from time to time of open runs and of chain 0.
 */
#ifndef KEEPER_LEDGER_H
#define KEEPER_LEDGER_H

#include "base/err.h"
#include "keeper/keeper.h"

/* Events are in the ledger after this time. */
#define LEDGER_AFTER_MS (60 * 1000)

/*
 * Opens DATA/ledger.jsonl and makes the ledger due. Called once, with the
 * journal open.
 */
void ledger_open(struct keeper *k);
void ledger_close(struct keeper *k);

/* Within a transaction: appends the head of a closed run. */
enum err ledger_add_run(struct keeper *k, int64_t run, const char *result);

/*
 * Within a transaction: appends the missing heads of chain 0 and of the open
 * runs, if any.
 */
enum err ledger_add_heads(struct keeper *k);

/* An event may have been appended. */
void ledger_touch(struct keeper *k);

/* Milliseconds until ledger_add_heads() is due; -1: it is not. */
int ledger_next(const struct keeper *k);

/*
 * After each transaction: appends its entries to the file if it was committed,
 * and drops them otherwise.
 */
void ledger_committed(struct keeper *k, bool durable);

#endif
