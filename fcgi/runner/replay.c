/*
 * replay.c: the state of a run, computed from its events.
 *
 * The tables that pages read are projections: anybody with write access to the
 * database can insert an approval that nobody gave.  So the runner trusts only
 * the events.  It checks the hashes of the run's chain and of chain 0, projects
 * their events into a database in memory with the code of the keeper, and
 * applies the rules to that database.
 *
 * The result is cached and continued with the events that follow, so a long run
 * is replayed once (about 20 ms for a thousand events).  The cache is dropped
 * if a chain has become shorter or differs.  After MOST_RUNS runs the whole
 * cache is dropped, which bounds the memory without any bookkeeping.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "journal/event.h"
#include "journal/project/project.h"
#include "base/hash.h"
#include "runner/replay.h"

#define MOST_RUNS 32

/* The position up to which a chain has been replayed. */
struct chain {
	int64_t run;
	int64_t seq;
	unsigned char hash[HASH_BYTES];
};

struct replay {
	struct chain chains[1 + MOST_RUNS]; /* the first is chain 0 */
	size_t count;
};

void
replay_clear(struct runner *r)
{
	db_close(r->replayed);
	free(r->replay);
	r->replayed = NULL;
	r->replay = NULL;
}

static enum err
begin(struct runner *r)
{
	if (r->replay != NULL && r->replay->count > MOST_RUNS)
		replay_clear(r);
	if (r->replay != NULL)
		return ERR_OK;
	if (db_open(DB_MEMORY, DB_REPLAY, &r->replayed) != ERR_OK)
		return ERR_UNAVAILABLE;
	r->replay = mem_calloc(1, sizeof(*r->replay));
	r->replay->count = 1;
	return ERR_OK;
}

static struct chain *
chain_of(struct runner *r, int64_t run)
{
	struct replay *all = r->replay;

	for (size_t i = 0; i < all->count; i++)
		if (all->chains[i].run == run)
			return &all->chains[i];
	all->chains[all->count].run = run;
	return &all->chains[all->count++];
}

static enum err
refuse(struct fault *why, const struct chain *c, const char *what)
{
	return fault_set(why, ERR_FORBIDDEN, "chain_broken", NULL,
	    c->run == 0 ? "said_chain_0_broken event=%lld what=@chain_%s"
			: "said_chain_broken event=%lld what=@chain_%s",
	    (long long)c->seq + 1, what);
}

/*
 * Targets held by runs do not matter here, and two runs replayed up to
 * different times could seem to hold the same one.
 */
static enum err
project(struct runner *r, const struct event *e)
{
	event_bring_documents(r->db, r->replayed, e);
	if (e->kind == EVENT_RUN_STARTED)
		(void)db_run(r->replayed, STMT_HOLD_NONE);
	return event_project(r->replayed, e);
}

/* Verifies the hash and number of the next event and projects it. */
static enum err
replay_event(
    struct runner *r, struct chain *c, struct rows *rows, struct fault *why)
{
	const char *body = db_text(rows, "body");
	unsigned char hash[HASH_BYTES];
	struct json_object *parsed = NULL;
	struct event e;
	const void *stored;
	size_t len;
	enum err err;

	stored = db_blob(rows, "hash", &len);
	if (body == NULL || db_int(rows, "seq") != c->seq + 1)
		return refuse(why, c, "missing");
	event_hash(c->hash, body, hash);
	if (len != HASH_BYTES || memcmp(stored, hash, len) != 0)
		return refuse(why, c, "other_hash");
	if (event_parse(body, &e, &parsed) != ERR_OK)
		return refuse(why, c, "unreadable");
	if (e.run != c->run || e.seq != c->seq + 1)
		err = refuse(why, c, "elsewhere");
	else if ((err = project(r, &e)) != ERR_OK)
		err = refuse(why, c, "contradicts");
	json_object_put(parsed);
	if (err != ERR_OK)
		return err;
	c->seq++;
	memcpy(c->hash, hash, sizeof(c->hash));
	return ERR_OK;
}

/* Checks that the replayed part of the chain is still there. */
static enum err
check_known(struct runner *r, struct chain *c, struct fault *why)
{
	struct rows *rows = db_query(
	    r->db, STMT_EVENT_HASH, INT(c->run), INT(c->seq));
	const void *hash;
	size_t len;
	bool same = false;

	if (db_next(rows)) {
		hash = db_blob(rows, "hash", &len);
		same = len == HASH_BYTES && memcmp(hash, c->hash, len) == 0;
	}
	db_done(rows);
	return same || c->seq == 0 ? ERR_OK : refuse(why, c, "gap");
}

static enum err
replay_chain(struct runner *r, int64_t run, struct fault *why)
{
	struct chain *c = chain_of(r, run);
	enum err err = check_known(r, c, why);
	struct rows *rows;

	if (err != ERR_OK)
		return err;
	rows = db_query(r->db, STMT_CHAIN_AFTER, INT(run), INT(c->seq));
	while (err == ERR_OK && db_next(rows))
		err = replay_event(r, c, rows, why);
	db_done(rows);
	return err;
}

/* A broken chain may be repaired later, so it is read from its start again. */
enum err
replay_run(struct runner *r, int64_t run, struct fault *why)
{
	enum err err = begin(r);

	if (err != ERR_OK)
		return err;
	if (!db_is_within(r->replayed))
		(void)db_begin(r->replayed);
	if ((err = replay_chain(r, 0, why)) == ERR_OK)
		err = replay_chain(r, run, why);
	if (db_has_failed(r->replayed))
		err = ERR_UNAVAILABLE;
	if (err != ERR_OK)
		replay_clear(r);
	return err;
}

enum err
replay_end(struct runner *r)
{
	enum err err = ERR_OK;

	if (r->replayed != NULL && db_is_within(r->replayed))
		err = db_end(r->replayed, ERR_OK);
	if (err != ERR_OK)
		replay_clear(r);
	return err;
}
