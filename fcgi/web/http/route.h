/*
 * route.h: which request goes where.
 */
#ifndef WEB_HTTP_ROUTE_H
#define WEB_HTTP_ROUTE_H

#include "web/http/reply.h"

struct route {
	enum method method;
	const char *path;
	enum verb verb;
	enum err (*handle)(struct req *, struct reply *);
};

/* The table, for tests. */
const struct route *route_table(size_t *ret_count);

/*
 * True if the path fits the pattern; fills run, n, step and name of req: ":run"
 * and ":n" are positive integers, ":step" and ":name" identifiers, "*name" is
 * the remaining path.
 */
bool route_match(struct req *req, const char *pattern, const char *path);

/* A page has this path; what stands behind it is not looked at. */
bool route_has_page(const struct req *req, const char *url);

/* The address of signing in, which leads to that page of ours (arena). */
const char *route_sign_in(const struct req *req, const char *page);

/* Checks role and form token, calls the handler, answers errors. */
void route_dispatch(struct req *req, struct reply *reply);

#endif
