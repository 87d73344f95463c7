/*
 * verify_tables.h: compares the tables on disk with the events.
 */
#ifndef CLI_VERIFY_VERIFY_TABLES_H
#define CLI_VERIFY_VERIFY_TABLES_H

#include <stdbool.h>

struct verify;

/*
 * False if the tables are not those of our schema: nothing else can be checked
 * then.
 */
bool verify_schema(struct verify *v);

/* SQLite's report about its own file, a line each. */
void verify_database(struct verify *v);

/* Compares the tables on disk with those of the replay. */
void verify_tables(struct verify *v);

#endif
