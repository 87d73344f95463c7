/*
 * http_redirect.h: what a redirect leads to.
 */
#ifndef EXECUTOR_HTTP_HTTP_REDIRECT_H
#define EXECUTOR_HTTP_HTTP_REDIRECT_H

#include <stdbool.h>

#include "base/arena.h"
#include "executor/http/act_http.h"

/* A request, and what it knows of where it goes. */
struct hop {
	struct http_request request;
	bool body;     /* it sends the first request's body */
	bool stranger; /* another server than the target's: it
			* gets no credentials, from here on */
};

/*
 * Changes the hop into the request that follows the redirect of `status` to
 * the address `to`.  NULL, or why it is not followed, as the end of a
 * sentence.  All belongs to the arena.
 */
const char *http_follow(
    struct arena *a, long status, const char *to, struct hop *hop);

/* A status that says where else to look. */
bool http_is_redirect(long status);

#endif
