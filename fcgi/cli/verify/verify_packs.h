/*
 * verify_packs.h: checks the packs of runs that have ended.
 */
#ifndef CLI_VERIFY_VERIFY_PACKS_H
#define CLI_VERIFY_VERIFY_PACKS_H

struct verify;

/*
 * Checks that the packs of the runs v->first to v->last are whole, and hold
 * nothing but files of executions of their run.
 */
void verify_packs(struct verify *v);

/* Finds what stands among the packs and is none of a run. */
void verify_pack_names(struct verify *v);

#endif
