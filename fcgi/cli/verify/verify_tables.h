/*
 * verify_tables.h: compares the tables on disk with the events.
 */
#ifndef CLI_VERIFY_VERIFY_TABLES_H
#define CLI_VERIFY_VERIFY_TABLES_H

#include <stdbool.h>
#include <stdint.h>

struct verify;

/*
 * False if the tables are not those of our schema: nothing else can be checked
 * then.
 */
bool verify_schema(struct verify *v);

/* SQLite's report about its own file, a line each. */
void verify_database(struct verify *v);

/*
 * Begins to read the tables on disk, of the runs v->first to v->last; compares
 * those of some runs with the replay, which has no others, in the order of the
 * runs; ends it.
 */
void verify_tables_open(struct verify *v);
void verify_tables(struct verify *v, int64_t first, int64_t last);
void verify_tables_close(struct verify *v);

#endif
