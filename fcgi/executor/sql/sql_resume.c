/*
 * sql_resume.c: decides whether a retry can start at a statement without
 * running those before it.
 *
 * Applied changes stay in the database; the state of the connection is lost.
 * Statements that only set up the connection (USE, SET, PRAGMA …) are run
 * again.  If one created something that cannot be created again (a temporary
 * table, a prepared statement, a lock, a variable), or if a later one uses the
 * result of the last one (LAST_INSERT_ID() and similar), a retry starts at the
 * beginning.  Words are searched in the whole text of a statement, including
 * strings: in doubt, the answer is no.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "executor/sql/sql_resume.h"

static bool
is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$';
}

/* True if the text contains one of the words, which end with NULL. */
static bool
has_word(const char *s, size_t len, const char *const *words)
{
	for (size_t i = 0; i < len; i++) {
		if (!is_word(s[i]) || (i > 0 && is_word(s[i - 1])))
			continue;
		for (size_t k = 0; words[k] != NULL; k++) {
			size_t n = strlen(words[k]);

			if (i + n <= len &&
			    strncasecmp(s + i, words[k], n) == 0 &&
			    (i + n == len || !is_word(s[i + n])))
				return true;
		}
	}
	return false;
}

static bool
starts_with(const char *s, size_t len, const char *const *words)
{
	size_t n = 0;

	while (n < len && is_word(s[n]))
		n++;
	return has_word(s, n, words);
}

/* MySQL: a variable of the session, @name, but not @@name. */
static bool
has_variable(const char *s, size_t len)
{
	for (size_t i = 0; i + 1 < len; i++)
		if (s[i] == '@' && s[i + 1] != '@' &&
		    (i == 0 || s[i - 1] != '@'))
			return true;
	return false;
}

enum sql_part
sql_part_of(const struct statements *all, const char *text, size_t i,
    enum step_kind dialect)
{
	static const char *const set[] = { "SET", NULL };
	static const char *const lasting[] = { "GLOBAL", "PERSIST", "PASSWORD",
		NULL };
	static const char *const repeat[] = { "USE", "ATTACH", "PRAGMA",
		"RESET", NULL };
	static const char *const blocks[] = { "PREPARE", "LOCK", "DECLARE",
		"HANDLER", "LISTEN", "FLUSH", NULL };
	static const char *const anywhere[] = { "TEMP", "TEMPORARY",
		"set_config", NULL };
	const char *s = text + all->all[i].at;
	size_t len = all->all[i].len;

	if (starts_with(s, len, blocks) || has_word(s, len, anywhere) ||
	    (dialect == STEP_MYSQL && has_variable(s, len)))
		return SQL_BLOCKS;
	if (starts_with(s, len, repeat))
		return SQL_REPEAT;
	if (starts_with(s, len, set))
		return has_word(s, len, lasting) ? SQL_DONE : SQL_REPEAT;
	return SQL_DONE;
}

bool
sql_resumable(const struct statements *all, const char *text, size_t first,
    enum step_kind dialect)
{
	static const char *const last[] = { "LAST_INSERT_ID", "ROW_COUNT",
		"FOUND_ROWS", "lastval", "currval", "last_insert_rowid",
		"changes", "total_changes", NULL };

	for (size_t i = 0; i < first; i++)
		if (sql_part_of(all, text, i, dialect) == SQL_BLOCKS)
			return false;
	for (size_t i = first; i < all->count; i++)
		if (has_word(text + all->all[i].at, all->all[i].len, last))
			return false;
	return true;
}

static struct json_object *
skipped_of(const struct job *job)
{
	return json_get(job->spec->skipped, job->target->name);
}

size_t
sql_skipped(const struct job *job)
{
	return job_spec_length(skipped_of(job));
}

bool
sql_is_skipped(const struct job *job, size_t i)
{
	struct json_object *list = skipped_of(job);

	for (size_t k = 0; k < job_spec_length(list); k++)
		if (json_object_get_int64(json_at(list, k)) == (int64_t)i + 1)
			return true;
	return false;
}
