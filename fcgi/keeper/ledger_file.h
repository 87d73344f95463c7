/*
 * ledger_file.h: DATA/ledger.jsonl, a second copy of the ledger outside of the
 * database.
 */
#ifndef KEEPER_LEDGER_FILE_H
#define KEEPER_LEDGER_FILE_H

struct keeper;

/*
 * Opens the file and appends the entries that it lacks; a file
 * with an entry that the database lacks is left alone.
 */
void ledger_file_open(struct keeper *k);
void ledger_file_append(struct keeper *k);

#endif
