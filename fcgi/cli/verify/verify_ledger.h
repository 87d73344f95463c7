/*
 * verify_ledger.h: compares the ledger and its file with the chains.
 */
#ifndef CLI_VERIFY_VERIFY_LEDGER_H
#define CLI_VERIFY_VERIFY_LEDGER_H

struct json_object;
struct verify;

/*
 * Opens the ledger's file, before anything of the database is read: a running
 * keeper appends to it after each commit, so what it has now is never ahead of
 * later reads.
 */
void verify_ledger_open(struct verify *v);
/*
 * Compares it with the chains, with its file and with the heads that the caller
 * has.
 */
void verify_ledger(struct verify *v);

/* Checks the signatures of entries v->first_entry to v->last_entry. */
void verify_signatures(struct verify *v);

/*
 * The heads that somebody kept, {head: text of where}: one as 64 hex digits, or
 * a file of which each line is one of ledger.jsonl or has such digits as a
 * word.  Empty for NULL; NULL if there is none in it.  The caller puts it.
 */
struct json_object *verify_ledger_heads(const char *of);

#endif
