/*
 * verify_ledger.h: compares the ledger and its file with the chains.
 */
#ifndef CLI_VERIFY_VERIFY_LEDGER_H
#define CLI_VERIFY_VERIFY_LEDGER_H

struct verify;

/*
 * Checks the ledger. Its file is read first, before anything
 * of the database: a running keeper appends to it after each commit, so it is
 * never ahead of later reads.
 */
void verify_ledger_read(struct verify *v);
void verify_ledger(struct verify *v);

#endif
