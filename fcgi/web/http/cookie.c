/*
 * cookie.c: the console's cookies.
 *
 * Over TLS they are named "__Host-…", which a browser accepts from this host
 * alone, over TLS, for all paths: neither a neighbour's subdomain nor plain
 * HTTP can plant one, and a cookie of plain HTTP does not count there.  Our own
 * nginx reports TLS; it replaces the client's claim.
 */
#include "base/text.h"
#include "web/http/cookie.h"

bool
cookie_is_secure(const struct req *req)
{
	return text_eq(request_env(req, "HTTP_X_FORWARDED_PROTO"), "https");
}

static const char *
full_name(const struct req *req, const char *name)
{
	return cookie_is_secure(req)
	    ? arena_printf(req->arena, "__Host-%s", name)
	    : name;
}

const char *
cookie_get(const struct req *req, const char *name)
{
	return request_cookie(req, full_name(req, name));
}

void
cookie_set(const struct req *req, struct reply *reply, const char *name,
    const char *value, int seconds)
{
	const char *age = seconds == 0
	    ? ""
	    : arena_printf(
		  req->arena, "; Max-Age=%d", seconds > 0 ? seconds : 0);

	reply_header(reply, "Set-Cookie",
	    arena_printf(req->arena,
		"%s=%s; Path=/; HttpOnly; SameSite=Lax%s%s",
		full_name(req, name), value,
		cookie_is_secure(req) ? "; Secure" : "", age));
}
