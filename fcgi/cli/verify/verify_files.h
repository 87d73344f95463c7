/*
 * verify_files.h: checks the files that executions left.
 */
#ifndef CLI_VERIFY_VERIFY_FILES_H
#define CLI_VERIFY_VERIFY_FILES_H

struct verify;

/*
 * Checks recordings, sealed outputs and artifacts of the runs v->first to
 * v->last against the hashes in the tables, which are those of the events.
 */
void verify_files(struct verify *v);

#endif
