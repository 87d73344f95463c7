/*
 * said.h: what our own programs say of an attempt, in the language of the
 * person.
 */
#ifndef WEB_SAID_H
#define WEB_SAID_H

#include "web/request.h"

/* The message as a page shows it; for programs, and where it is not one of
 * ours, as it is.  NULL stays NULL.  It belongs to the request. */
const char *said_text(const struct req *req, const char *message);

#endif
