/* http_redirect.h: the request that follows a redirect. */
#ifndef EXECUTOR_HTTP_HTTP_REDIRECT_H
#define EXECUTOR_HTTP_HTTP_REDIRECT_H

#include <stdbool.h>

#include "base/arena.h"
#include "lang/http/http_file.h"

/* A request, and what is known of its destination. */
struct hop {
	struct http_request request;
	bool body;     /* it sends the first request's body */
	bool stranger; /* another server: no credentials from here on */
};

/*
 * Changes the hop into the request that follows the redirect of `status` to the
 * address `to`.  NULL, or why it is not followed, as the end of a sentence.
 * The arena owns all of it.
 */
const char *http_follow(
    struct arena *a, long status, const char *to, struct hop *hop);

/* True for a status that redirects. */
bool http_is_redirect(long status);

#endif
