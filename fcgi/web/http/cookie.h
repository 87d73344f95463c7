/* cookie.h: the console's cookies. */
#ifndef WEB_HTTP_COOKIE_H
#define WEB_HTTP_COOKIE_H

#include <stdbool.h>

#include "web/http/reply.h"

/* The browser reaches our own nginx by TLS. */
bool cookie_is_secure(const struct req *req);

/* The value of our cookie of that name (arena), or NULL. */
const char *cookie_get(const struct req *req, const char *name);

/*
 * Sets it for that many seconds: 0 until the browser is closed, -1 deletes it.
 * Scripts cannot read it and other sites' forms do not send it.
 */
void cookie_set(const struct req *req, struct reply *reply, const char *name,
    const char *value, int seconds);

#endif
