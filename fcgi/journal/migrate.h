/*
 * migrate.h: the versions of the database, numbered and forward only.
 */
#ifndef JOURNAL_MIGRATE_H
#define JOURNAL_MIGRATE_H

/* How many migrations there are: the version that they lead to. */
int		 migrate_count(void);

/* The SQL that leads from version n to n + 1, n from 0. */
const char	*migrate_text(int n);

/* The whole schema of the newest version (schema.sql). */
const char	*migrate_schema(void);

#endif
