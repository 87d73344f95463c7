/*
 * migrate.c: the versions of the database.
 *
 * The first version is schema.sql itself.  Whoever changes schema.sql after
 * a release freezes the first version here and adds the step from it; a test
 * holds that an empty database plus all steps equals schema.sql.
 */
#include <stddef.h>

#include "journal/migrate.h"

static const char schema[] =
#include "schema.inc"
;

static const char *const migrations[] = {
	schema,
};

int
migrate_count(void)
{
	return (int)(sizeof(migrations) / sizeof(migrations[0]));
}

const char *
migrate_text(int n)
{
	return migrations[n];
}

const char *
migrate_schema(void)
{
	return schema;
}
