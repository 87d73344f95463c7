/*
 * page.h: the handlers of pages.def. page_* shows, post_* passes a command on
 * to the keeper.
 */
#ifndef WEB_PAGES_PAGE_H
#define WEB_PAGES_PAGE_H

#include "web/http/reply.h"

#define ANSWER(verb, handler) \
	enum err handler(struct req *req, struct reply *reply);
#define GET(path, verb, handler) ANSWER(verb, handler)
#define POST(path, verb, handler) ANSWER(verb, handler)
#include "web/pages/pages.def"

#endif
