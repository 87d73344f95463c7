/*
 * verify_chains.h: checks chains and all that is derived from their events.
 */
#ifndef CLI_VERIFY_VERIFY_CHAINS_H
#define CLI_VERIFY_VERIFY_CHAINS_H

struct verify;

/*
 * Checks the chains v->first to v->last, the tables, sealed values and files of
 * their runs.  Memory: that of some thousand events, or of the longest run.
 */
void verify_chains(struct verify *v);

#endif
