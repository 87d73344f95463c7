/*
 * http_requests.h: the requests of an http step, filled in and ready to be
 * sent.
 */
#ifndef EXECUTOR_HTTP_HTTP_REQUESTS_H
#define EXECUTOR_HTTP_HTTP_REQUESTS_H

#include <stdbool.h>
#include <stddef.h>

#include "executor/actions/act.h"
#include "executor/http/http_body.h"
#include "executor/http/http_list.h"
#include "executor/ssh/tunnel.h"
#include "lang/http/http_file.h"

struct requests {
	struct arena *arena; /* of the step; the caller's */
	struct arena *own;   /* of the requests that are prepared */
	struct http_list list;
	struct http_request *all;
	struct payload *payloads;
	size_t count;
	size_t sent;          /* of all items */
	struct tunnel tunnel; /* over an SSH target, if any */
};

/*
 * Reads and fills in the requests for item i of the list, in place of those
 * before.  False: the job's ending is set.  requests_clear() releases them.
 */
bool requests_prepare(struct job *job, struct requests *r, size_t i);
void requests_clear(struct requests *r);

#endif
