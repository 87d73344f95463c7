/*
 * run_list.c: runs by filters, newest first, a page at a time.
 *
 * One filter leads: its index has the runs in the order of the list, and the
 * page begins where the one before ended.  Other filters are compared row by
 * row.  Of several the one that leaves the fewest runs leads, of which at most
 * MOST_LEFT are counted; but a pair of CJK characters leads always.  If all
 * leave more, a page is mostly full after a few rows, and a search that is not
 * is bounded by read_limit.h.  An index for each pair of filters was rejected:
 * each run would be written into all of them.
 */
#include <string.h>

#include "base/clock.h"
#include "journal/search/search_term.h"
#include "web/http/read_limit.h"
#include "web/views/model.h"
#include "web/list/run_list.h"

#define DAY_MS (24LL * 3600 * 1000)
#define BEYOND (1LL << 56) /* after all times, and above all ids */
#define MOST_LEFT 1000

/* The arguments of the statements RUNS_… (journal/sql.def). */
struct query {
	const struct run_list_ask *ask;
	const char *term; /* of ?1 */
	int64_t from;
	int64_t to;
	int64_t at; /* where the page begins */
	int64_t id;
};

struct lead {
	enum stmt down;
	enum stmt up;
};

static const struct lead plain = { STMT_RUNS, STMT_RUNS_UP };
static const struct lead by_state = { STMT_RUNS_OF_STATE,
	STMT_RUNS_UP_OF_STATE };
static const struct lead by_result = { STMT_RUNS_OF_RESULT,
	STMT_RUNS_UP_OF_RESULT };
static const struct lead by_runbook = { STMT_RUNS_OF_RUNBOOK,
	STMT_RUNS_UP_OF_RUNBOOK };
static const struct lead by_environment = { STMT_RUNS_OF_ENVIRONMENT,
	STMT_RUNS_UP_OF_ENVIRONMENT };
static const struct lead by_person = { STMT_RUNS_OF_PERSON,
	STMT_RUNS_UP_OF_PERSON };
static const struct lead by_text = { STMT_RUNS_OF_TEXT, STMT_RUNS_UP_OF_TEXT };
static const struct lead by_pair = { STMT_RUNS_OF_PAIR, STMT_RUNS_UP_OF_PAIR };

static int
count_filters(const struct run_list_ask *a)
{
	return (a->q != NULL) + (a->state != NULL) + (a->result != NULL) +
	    (a->runbook != NULL) + (a->environment != NULL) + (a->by != NULL) +
	    (a->from != NULL || a->to != NULL);
}

static const struct lead *
only_lead(const struct run_list_ask *a, enum search_index index)
{
	if (index != SEARCH_NONE)
		return index == SEARCH_PAIR ? &by_pair : &by_text;
	return a->state != NULL      ? &by_state
	    : a->result != NULL      ? &by_result
	    : a->runbook != NULL     ? &by_runbook
	    : a->environment != NULL ? &by_environment
	    : a->by != NULL          ? &by_person
				     : &plain;
}

/* The lead of several filters that leaves the fewest runs. */
static const struct lead *
best_lead(struct req *req, const struct query *q, enum search_index index)
{
	const struct run_list_ask *a = q->ask;
	bool dated = a->from != NULL || a->to != NULL;
	const char *text = index == SEARCH_TRIGRAM
	    ? search_term_phrase(req->arena, a->q)
	    : NULL;
	const struct {
		const char *column;
		const struct lead *lead;
		bool there;
	} leads[] = {
		{ "trigrams", &by_text, text != NULL && !dated },
		{ "person", &by_person, a->by != NULL },
		{ "runbook", &by_runbook, a->runbook != NULL },
		{ "result", &by_result, a->result != NULL },
		{ "state", &by_state, a->state != NULL },
		{ "environment", &by_environment, a->environment != NULL },
		{ "dates", &plain, dated },
		/* its runs are not in the order of their dates */
		{ "trigrams", &by_text, text != NULL && dated },
	};
	struct rows *rows = db_query(req->web->db, STMT_RUNS_LEFT, TEXT(text),
	    TEXT(a->state), TEXT(a->result), TEXT(a->runbook),
	    TEXT(a->environment), TEXT(a->by), INT(q->from), INT(q->to),
	    INT(MOST_LEFT));
	const struct lead *best = &plain;
	int64_t fewest = INT64_MAX;

	if (db_next(rows))
		for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++)
			if (leads[i].there &&
			    db_int(rows, leads[i].column) < fewest) {
				fewest = db_int(rows, leads[i].column);
				best = leads[i].lead;
			}
	db_done(rows);
	return best;
}

static int64_t
created_at(struct req *req, int64_t run)
{
	struct rows *rows = db_query(req->web->db, STMT_RUN_CREATED, INT(run));
	int64_t at = db_next(rows) ? db_int(rows, "created_at") : -1;

	db_done(rows);
	return at;
}

/* The place at which the page begins: the run, or the end of the dates. */
static void
place(struct req *req, struct query *q, bool up)
{
	int64_t run = up ? q->ask->after : q->ask->before;
	int64_t at = created_at(req, run);

	q->at = up ? q->from : q->to - 1;
	q->id = up ? 0 : BEYOND;
	if (at >= q->from && at < q->to) {
		q->at = at;
		q->id = run;
	}
}

static void
read_runs(struct req *req, const struct query *q, enum stmt stmt,
    struct json_object *runs)
{
	const struct run_list_ask *a = q->ask;
	struct rows *rows = db_query(req->web->db, stmt, TEXT(q->term),
	    TEXT(a->state), TEXT(a->result), TEXT(a->runbook),
	    TEXT(a->environment), TEXT(a->by), INT(q->from), INT(q->to),
	    INT(q->at), INT(q->id), INT(a->rows + 1));

	while (db_next(rows))
		json_object_array_add(runs, model_run_row(req, rows));
	db_done(rows);
}

static void
reverse(struct json_object *list)
{
	size_t n = json_count(list);

	for (size_t i = 0; i < n / 2; i++) {
		struct json_object *a = json_object_get(json_at(list, i));

		json_object_array_put_idx(
		    list, i, json_object_get(json_at(list, n - 1 - i)));
		json_object_array_put_idx(list, n - 1 - i, a);
	}
}

/* The page that ends before the run `after`; false: that is the first page. */
static bool
find_newer(struct req *req, struct query *q, const struct lead *lead,
    struct run_list *ret)
{
	size_t most = (size_t)q->ask->rows;

	place(req, q, true);
	read_runs(req, q, lead->up, ret->runs);
	if (json_count(ret->runs) <= most)
		return false;
	json_object_array_del_idx(ret->runs, most, 1);
	reverse(ret->runs);
	ret->newer = ret->older = true;
	return true;
}

static void
find_older(struct req *req, struct query *q, const struct lead *lead,
    struct run_list *ret)
{
	size_t most = (size_t)q->ask->rows;

	place(req, q, false);
	read_runs(req, q, lead->down, ret->runs);
	ret->newer = q->ask->after == 0 && q->ask->before > 0;
	ret->older = json_count(ret->runs) > most;
	if (ret->older)
		json_object_array_del_idx(ret->runs, most, 1);
}

void
run_list_find(
    struct req *req, const struct run_list_ask *ask, struct run_list *ret)
{
	enum search_index index = ask->q != NULL ? search_term_index(ask->q)
						 : SEARCH_NONE;
	struct query q = { .ask = ask, .to = BEYOND };
	const struct lead *lead;

	if (ask->from != NULL)
		clock_parse(ask->from, &q.from);
	if (ask->to != NULL && clock_parse(ask->to, &q.to))
		q.to += DAY_MS;
	read_limit_search(
	    req->web->limit, ask->q == NULL || index != SEARCH_NONE);
	lead = count_filters(ask) > 1 && index != SEARCH_PAIR
	    ? best_lead(req, &q, index)
	    : only_lead(ask, index);
	if (ask->q != NULL)
		q.term = lead == &by_text
		    ? search_term_phrase(req->arena, ask->q)
		    : ask->q;
	*ret = (struct run_list){ .runs = json_object_new_array() };
	if (ask->after == 0 || !find_newer(req, &q, lead, ret)) {
		json_object_put(ret->runs);
		ret->runs = json_object_new_array();
		find_older(req, &q, lead, ret);
	}
	read_limit_found(req->web->limit);
}
