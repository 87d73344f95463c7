/*
 * nginx_fault.c: what nginx has refused, of which we make the page.
 *
 * nginx passes a request that it refuses on as one without its body, and the
 * status in NGINX_STATUS (nginx/countersign.conf.in).  So the answer is in the
 * language of the reader, has the navigation, and is JSON for programs, as all
 * errors.  Pages of nginx's own were rejected: they would be a second copy of
 * the texts, in two configurations.  Only while none of us answers nginx has a
 * file (static/away.html).
 */
#include "base/text.h"
#include "web/http/nginx_fault.h"

/* clang-format off */
static const struct {
	const char *status;
	enum err    err;
	const char *code;	/* and its text */
} faults[] = {
	{ "400", ERR_INVALID,	"malformed_request" },
	{ "404", ERR_NOT_FOUND,	"not_found" },
	{ "413", ERR_TOO_LARGE,	"body_not_read" },
	{ "414", ERR_TOO_LARGE,	"address_too_long" },
	{ "429", ERR_LIMIT,	"many_downloads" },
	{ "431", ERR_TOO_LARGE,	"headers_too_large" },
	{ "500", ERR_INTERNAL,	"nginx_failed" },
};
/* clang-format on */

const char *
nginx_fault_text(const struct req *req, const char *key)
{
	const char *text = request_text(req, key), *other;

	if (request_env(req, "HTTP_HOST") != NULL)
		return text;
	other = catalogue_get(
	    req->web->catalogue, catalogue_other(req->lang), key);
	return arena_printf(
	    req->arena, "%s %s", text, other != NULL ? other : "");
}

enum err
nginx_fault(struct req *req)
{
	const char *status = request_env(req, "NGINX_STATUS");

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (text_eq(status, faults[i].status))
			return fault_set(&req->fault, faults[i].err,
			    faults[i].code, "", "%s",
			    nginx_fault_text(req, faults[i].code));
	return status != NULL && *status >= '3'
	    ? fault_set(&req->fault, ERR_INTERNAL, "nginx_failed", "", "%s",
		  nginx_fault_text(req, "nginx_failed"))
	    : ERR_OK;
}
