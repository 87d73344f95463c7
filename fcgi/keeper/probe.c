/*
 * probe.c: the answer of a probe.
 *
 * A target answers by the exit status: 0 yes, 1 no.  A yes does not count if
 * the output contradicts it or leaves it open (expect=, reject=), nor does a no
 * whose output shows that the probe itself failed (reject=).
 */
#include "base/json.h"
#include "base/message.h"
#include "journal/db.h"
#include "journal/target_status.h"
#include "keeper/probe.h"

#define NAMES_MOST 8 /* names of targets in a message */

struct names {
	struct buf text;
	int count;
};

static void
add_name(struct names *names, const char *name)
{
	if (names->count < NAMES_MOST)
		buf_printf(
		    &names->text, "%s%s", names->count > 0 ? ", " : "", name);
	else if (names->count == NAMES_MOST)
		buf_puts(&names->text, ", …");
	names->count++;
}

/* 0: yes, 1: no, 2: the target did not answer. */
static int64_t
answer_of(struct rows *rows)
{
	int64_t exit = db_is_null(rows, "exit") ? 2 : db_int(rows, "exit");
	bool succeeded = state_find(db_text(rows, "state")) == STATE_SUCCEEDED;

	if (exit < 0 || exit > 1 || (exit == 0 && !succeeded) ||
	    db_int(rows, "contradicted") != 0)
		return 2;
	return exit;
}

enum state
probe_answer(const struct run *run, const struct step *probe, int64_t n,
    struct buf *message)
{
	struct db *db = run->keeper->db;
	struct json_object *latest = target_status(
	    db, run->id, probe->probe_of, INT64_MAX, run->lifecycle.plan);
	struct rows *rows = db_query(
	    db, STMT_TARGETS_OF_ATTEMPT, INT(run->id), TEXT(probe->id), INT(n));
	struct names by[3] = { 0 };
	int open = 0, open_no = 0, all = 0;

	for (; db_next(rows); all++) {
		const char *name = db_text(rows, "target");
		int64_t answer = answer_of(rows);

		add_name(&by[answer], name);
		if (json_flag(json_get(latest, name), "valid", false))
			continue;
		open++;
		open_no += answer == 1;
	}
	db_done(rows);
	json_object_put(latest);
	if (by[0].count > 0 && by[1].count > 0 && by[2].count == 0)
		message_put(message, "said_probe_differs yes=%s no=%s",
		    by[0].text.data, by[1].text.data);
	for (int i = 0; i < 3; i++)
		buf_clear(&by[i].text);
	if (all > 0 && by[0].count == all)
		return STATE_SUCCEEDED;
	if (open > 0 ? open_no == open : all > 0 && by[1].count == all)
		return STATE_FAILED;
	return STATE_NONE;
}
