/*
 * step_cache.c: the rows of the steps of a few runs.
 *
 * The keeper is the one writer, and db_steps_since() knows which rows it has
 * written since, or that some were rolled back.  A run of a thousand steps is
 * read once, and then a row or two for each command.  Rows belong to a plan:
 * one that was expanded has others.  If somebody else has written into the
 * database, which nobody should, all are forgotten.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "journal/plan.h"
#include "keeper/plans/step_cache.h"

#define CACHED 16

struct step_cache {
	struct entry {
		int64_t run; /* 0: none */
		char key[PLAN_KEY];
		size_t count;
		uint64_t writes; /* db_step_writes() when they were read */
		uint64_t used;
		struct lifecycle_row *rows;
	} cached[CACHED];
	uint64_t clock;
	int64_t version; /* db_version(): changed by other writers alone */
};

/* The entry of a run, or the least recently used. */
static struct entry *
entry_of(struct step_cache *c, int64_t run)
{
	struct entry *oldest = &c->cached[0];

	for (size_t i = 0; i < CACHED; i++) {
		struct entry *e = &c->cached[i];

		if (e->run == run)
			oldest = e;
		if (e->run == run)
			break;
		if (e->used < oldest->used)
			oldest = e;
	}
	oldest->used = ++c->clock;
	return oldest;
}

/* Reads those again that were written. False: all have to be read. */
static bool
read_written(
    struct db *db, struct entry *e, const char *key, struct lifecycle *l)
{
	const char *ids[DB_STEPS];
	size_t count;

	if (e->run != l->run.id || strcmp(e->key, key) != 0 ||
	    e->count != l->plan->steps_count ||
	    !db_steps_since(db, e->writes, e->run, ids, &count))
		return false;
	memcpy(l->rows, e->rows, e->count * sizeof(*e->rows));
	run_load_rows_of(l, ids, count);
	for (size_t i = 0; i < count; i++) {
		int step = plan_find_step(l->plan, ids[i]);

		if (step >= 0)
			e->rows[step] = l->rows[step];
	}
	return true;
}

static void
forget_if_changed(struct step_cache *c, struct db *db)
{
	int64_t version = db_version(db);

	if (version == c->version)
		return;
	for (size_t i = 0; i < CACHED; i++)
		c->cached[i].run = 0;
	c->version = version;
}

static void
keep_all(struct entry *e, const char *key, const struct lifecycle *l)
{
	e->run = l->run.id;
	memcpy(e->key, key, PLAN_KEY);
	e->count = l->plan->steps_count;
	free(e->rows);
	e->rows = mem_calloc(e->count + 1, sizeof(*e->rows));
	memcpy(e->rows, l->rows, e->count * sizeof(*e->rows));
}

/* A build with sanitizers compares with what it would have read. */
static void
compare(const struct lifecycle *l)
{
#ifdef __SANITIZE_ADDRESS__
	struct lifecycle all = *l;

	run_load_rows(&all);
	for (size_t i = 0; i < l->plan->steps_count; i++) {
		const struct lifecycle_row *a = &l->rows[i], *b = &all.rows[i];

		if (!db_has_failed(l->db) &&
		    (a->part != b->part || a->state != b->state ||
			a->position != b->position ||
			a->attempts != b->attempts || a->pressed != b->pressed))
			log_bug(
			    "step %s was not read again", l->plan->steps[i].id);
	}
#else
	(void)l;
#endif
}

void
step_cache_load(struct keeper *k, struct lifecycle *l)
{
	uint64_t writes = db_step_writes(k->db);
	char key[PLAN_KEY];
	struct entry *e;

	if (k->steps == NULL)
		k->steps = mem_calloc(1, sizeof(*k->steps));
	l->run.id = json_int(l->row, "id", 0);
	l->bare = true;
	l->rows = arena_alloc(
	    l->arena, (l->plan->steps_count + 1) * sizeof(*l->rows));
	plan_key(l->row, key);
	forget_if_changed(k->steps, k->db);
	e = entry_of(k->steps, l->run.id);
	if (!read_written(k->db, e, key, l)) {
		run_load_rows(l);
		keep_all(e, key, l);
	} else {
		compare(l);
	}
	e->writes = writes;
	if (db_has_failed(k->db))
		e->run = 0;
}

void
step_cache_free(struct keeper *k)
{
	if (k->steps == NULL)
		return;
	for (size_t i = 0; i < CACHED; i++)
		free(k->steps->cached[i].rows);
	free(k->steps);
	k->steps = NULL;
}
