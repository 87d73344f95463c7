/*
 * candidates.c: the folders of executions that may be packed.
 *
 * The folders themselves are the list of what is left to do: a pass that was
 * interrupted is continued by the next one, and nothing else is remembered.  To
 * which run a folder belongs, and that the run has ended, is asked from the
 * tables first, and believed when the events of that run say so, whose hashes
 * are computed from the first one on.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "journal/event.h"
#include "packer/candidates.h"
#include "plan/state.h"

void
candidates_clear(struct candidates *c)
{
	free(c->all);
	*c = (struct candidates){ .count = 0 };
}

static int
compare(const void *a, const void *b)
{
	const struct candidate *one = a, *other = b;

	return one->run != other->run ? (one->run < other->run ? -1 : 1)
				      : strcmp(one->exec, other->exec);
}

/* The run of an execution by the tables, or 0. */
static int64_t
run_of(struct db *db, const char *exec)
{
	int64_t run = db_first_int(
	    db_query(db, STMT_ATTEMPT_BY_EXEC, TEXT(exec)), 0);

	return run != 0
	    ? run
	    : db_first_int(db_query(db, STMT_LOOK_BY_EXEC, TEXT(exec)), 0);
}

static bool
has_ended(struct db *db, int64_t run)
{
	struct rows *rows = db_query(db, STMT_RUN_HEAD, INT(run));
	bool ended = db_next(rows) &&
	    state_in(state_find(db_text(rows, "state")),
		IN(COMPLETED) | IN(ABORTED));

	db_done(rows);
	return ended;
}

static bool
is_exec(const char *name)
{
	return strlen(name) == 2 * PACK_EXEC &&
	    strspn(name, "0123456789abcdef") == 2 * PACK_EXEC;
}

enum err
candidates_find(struct db *db, const char *data, struct candidates *ret)
{
	char *path = mem_printf("%s/exec", data);
	DIR *folder = opendir(path);
	const struct dirent *e;
	size_t cap = 0;
	int64_t run;

	free(path);
	if (folder == NULL)
		return errno == ENOENT ? ERR_OK : ERR_IO;
	(void)db_begin(db);
	while ((e = readdir(folder)) != NULL) {
		struct candidate *c;

		if (!is_exec(e->d_name) || (run = run_of(db, e->d_name)) == 0 ||
		    !has_ended(db, run))
			continue;
		c = mem_grow(&ret->all, &cap, ret->count++, sizeof(*c));
		*c = (struct candidate){ .run = run };
		memcpy(c->exec, e->d_name, sizeof(c->exec));
	}
	closedir(folder);
	if (ret->count > 0)
		qsort(ret->all, ret->count, sizeof(*ret->all), compare);
	return db_end(db, ERR_OK);
}

/* The chain of a run, as far as it was read. */
struct chain {
	struct candidate *of_run;
	size_t count;
	unsigned char hash[HASH_BYTES];
	int64_t seq;
	int64_t ended_at; /* or 0 */
	int64_t dry_runs; /* that have not ended */
};

static void
take_exec(struct chain *c, const char *exec)
{
	struct candidate key = { .run = c->of_run->run }, *found;

	if (!is_exec(exec))
		return;
	memcpy(key.exec, exec, sizeof(key.exec));
	found = bsearch(&key, c->of_run, c->count, sizeof(key), compare);
	if (found != NULL)
		found->named = true;
}

static void
take_event(struct chain *c, const struct event *e)
{
	if (e->kind == EVENT_STEP_REQUESTED ||
	    e->kind == EVENT_DRY_RUN_REQUESTED)
		take_exec(c, json_text(e->data, "exec", ""));
	if (e->kind == EVENT_DRY_RUN_REQUESTED)
		c->dry_runs++;
	if (e->kind == EVENT_DRY_RUN_ENDED)
		c->dry_runs--;
	if (e->kind == EVENT_RUN_CLOSED || e->kind == EVENT_RUN_ABORTED)
		c->ended_at = e->at;
}

/* False: it is not the event that follows. */
static bool
read_event(struct chain *c, struct rows *rows)
{
	const char *body = db_text(rows, "body");
	unsigned char hash[HASH_BYTES];
	struct json_object *parsed = NULL;
	struct event e;
	size_t len;
	const void *stored = db_blob(rows, "hash", &len);
	bool follows;

	if (body == NULL || len != HASH_BYTES)
		return false;
	event_hash(c->hash, body, hash);
	follows = memcmp(stored, hash, len) == 0 &&
	    event_parse(body, &e, &parsed) == ERR_OK &&
	    e.run == c->of_run->run && e.seq == ++c->seq;
	if (follows)
		take_event(c, &e);
	memcpy(c->hash, hash, sizeof(hash));
	json_object_put(parsed);
	return follows;
}

enum err
candidates_check(struct db *db, struct candidate *of_run, size_t count,
    int64_t *ret_ended_at)
{
	struct chain c = { .of_run = of_run, .count = count };
	struct rows *rows;
	bool whole = true;
	enum err err;

	(void)db_begin(db);
	rows = db_query(db, STMT_CHAIN_AFTER, INT(of_run->run), INT(0));
	while (whole && db_next(rows))
		whole = read_event(&c, rows);
	db_done(rows);
	if ((err = db_end(db, ERR_OK)) != ERR_OK)
		return err;
	for (size_t i = 0; i < count; i++)
		whole = whole && of_run[i].named;
	if (!whole || c.ended_at == 0 || c.dry_runs != 0)
		return ERR_FORBIDDEN;
	*ret_ended_at = c.ended_at;
	return ERR_OK;
}
