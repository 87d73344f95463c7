/* run_list.h: runs by filters, newest first, a page at a time. */
#ifndef WEB_LIST_RUN_LIST_H
#define WEB_LIST_RUN_LIST_H

#include "web/http/request.h"

/* The filters, NULL where there is none, and where the page begins. */
struct run_list_ask {
	const char *q; /* in title, reason or name of the runbook */
	const char *state;
	const char *result;
	const char *runbook;
	const char *environment;
	const char *by;
	const char *from; /* days, the last one included */
	const char *to;
	int64_t before; /* the page behind this run, or 0 */
	int64_t after;  /* the page that ends before this run, or 0 */
	int64_t rows;   /* at most */
};

struct run_list {
	struct json_object *runs; /* of model_run_row(); the caller puts them */
	bool newer;               /* there are, before the first */
	bool older;               /* there are, behind the last */
};

/*
 * Finds the runs.  A search that may have to read many of them is bounded
 * (read_limit.h): the list is incomplete if db_has_failed().
 */
void run_list_find(
    struct req *req, const struct run_list_ask *ask, struct run_list *ret);

#endif
