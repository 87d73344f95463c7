/*
 * http_list.h: the list of an http step with foreach=.
 */
#ifndef EXECUTOR_HTTP_HTTP_LIST_H
#define EXECUTOR_HTTP_HTTP_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "executor/actions/act.h"
#include "lang/http/http_fill.h"

struct json_member;

struct http_list {
	struct buf text;
	struct json_member
	    *all;     /* NULL: the step has no list, or it is empty */
	size_t count; /* of its members; 1 if the step has no list */
	size_t first; /* where a retry goes on */
	bool is_list;
};

/*
 * Reads the list of the job's step and finds the item to begin with. False: the
 * job's ending is set.  http_list_close() releases it.
 */
bool http_list_open(struct job *job, struct arena *a, struct http_list *ret);
void http_list_close(struct http_list *list);

/* An http_item_fn for item i; the texts belong to the arena. */
const char *http_list_item(const struct http_list *list, size_t i,
    const char *pointer, struct arena *a, struct http_item *ret);

/*
 * The output and the result say what is done; nothing if there is no list.
 * After `stopped` a retry can go on at that item; `failed` was before the first
 * request.
 */
void http_list_begin(struct job *job, const struct http_list *list, size_t i);
void http_list_failed(struct job *job, const struct http_list *list, size_t i);
void http_list_stopped(struct job *job, const struct http_list *list, size_t i);
void http_list_end(struct job *job, const struct http_list *list);

#endif
