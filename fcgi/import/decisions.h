/*
 * decisions.h: what a person must decide about a proposal.
 */
#ifndef IMPORT_DECISIONS_H
#define IMPORT_DECISIONS_H

struct buf;
struct runbook;

/* Appends “LINE: text” for targets and undo= that steps lack, and for values
 * that stand in several steps. */
void decisions_put(const struct runbook *result, struct buf *out);

#endif
