/* nginx_fault.h: what nginx has refused, of which we make the page. */
#ifndef WEB_HTTP_NGINX_FAULT_H
#define WEB_HTTP_NGINX_FAULT_H

#include "web/http/request.h"

/* The error that nginx passed on, with req->fault; ERR_OK: none. */
enum err nginx_fault(struct req *req);

/*
 * A text of that error: in both languages if nginx did not come as far as to
 * the headers, which say the reader's.
 */
const char *nginx_fault_text(const struct req *req, const char *key);

#endif
