/*
 * unaccepted.c: presses that the runner has not accepted yet.
 *
 * A press is recorded before the runner is notified.  The notification may be
 * lost, its answer may meet a failing disk, or the runner may be down; so the
 * notification is repeated while something waits.  A person who pressed a
 * button does not expect it to act an hour later: a press that was not accepted
 * within a minute is ended, recorded, and must be made again.  The time of a
 * press is in memory, on the monotonic clock, as the wall clock may be set.  A
 * starting keeper does not know the age of the presses that it finds: they
 * count as old.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/message.h"
#include "keeper/unaccepted.h"
#include "keeper/commands/cmd_exec.h"

static struct waiting *
find(const struct keeper *k, const char *exec)
{
	for (size_t i = 0; i < k->waiting_count; i++)
		if (strcmp(k->waiting[i].exec, exec) == 0)
			return &k->waiting[i];
	return NULL;
}

/* The start of the wait: as known, now, or before this process. */
static void
take(struct keeper *k, const char *exec, struct waiting *ret)
{
	const struct waiting *known = find(k, exec);

	if (known != NULL) {
		*ret = *known;
		return;
	}
	*ret = (struct waiting){ .since = clock_monotonic(),
		.old = !k->waiting_known };
	strncpy(ret->exec, exec, sizeof(ret->exec) - 1);
}

void
waiting_read(struct keeper *k)
{
	struct waiting *now = NULL;
	struct rows *rows;
	uint64_t writes = db_execution_writes(k->db);
	size_t count = 0, cap = 0;
	bool open = false;

	(void)db_begin(k->db);
	rows = db_query(k->db, STMT_ATTEMPTS_UNACCEPTED);
	while (db_next(rows)) {
		mem_grow(&now, &cap, count, sizeof(*now));
		take(k, db_text(rows, "exec"), &now[count++]);
	}
	db_done(rows);
	rows = db_query(k->db, STMT_RUNNER_REQUESTS_OPEN);
	open = db_next(rows);
	db_done(rows);
	if (db_end(k->db, ERR_OK) != ERR_OK) {
		free(now);
		k->waiting_at = clock_monotonic() + WAITING_AGAIN_MS;
		return;
	}
	free(k->waiting);
	k->waiting = now;
	k->waiting_count = count;
	if (count == 0 && !open)
		k->waiting_at = -1;
	else if (k->waiting_at < 0)
		k->waiting_at = clock_monotonic() + WAITING_AGAIN_MS;
	k->waiting_known = true;
	k->waiting_writes = writes;
}

void
waiting_refresh(struct keeper *k)
{
	if (!k->waiting_known ||
	    k->waiting_writes != db_execution_writes(k->db))
		waiting_read(k);
}

int
waiting_next(const struct keeper *k)
{
	int64_t left = k->waiting_at - clock_monotonic();

	if (k->waiting_at < 0)
		return -1;
	return left > 0 ? (int)left : 0;
}

static bool
is_old(const struct waiting *w)
{
	return w->old || clock_monotonic() - w->since > WAITING_MOST_MS;
}

bool
waiting_is_old(const struct keeper *k, const char *exec)
{
	const struct waiting *w = find(k, exec);

	return w != NULL ? is_old(w) : !k->waiting_known;
}

/* A press that cannot be ended now (disk) is ended at a later tick. */
void
waiting_tick(struct keeper *k)
{
	for (size_t i = 0; i < k->waiting_count; i++) {
		struct waiting *w = &k->waiting[i];
		enum err err;

		if (!is_old(w) || db_savepoint(k->db) != ERR_OK)
			continue;
		err = exec_end_unaccepted(k, w->exec,
		    w->old ? MESSAGE("said_not_accepted_restart")
			   : MESSAGE("said_not_accepted"));
		(void)db_release(k->db, err);
	}
	k->jobs_changed = true;
	k->waiting_at = clock_monotonic() + WAITING_AGAIN_MS;
}

void
waiting_clear(struct keeper *k)
{
	free(k->waiting);
	k->waiting = NULL;
	k->waiting_count = 0;
}
