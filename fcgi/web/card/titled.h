/* titled.h: a verb and the title of a step. */
#ifndef WEB_CARD_TITLED_H
#define WEB_CARD_TITLED_H

#include "web/http/request.h"

/*
 * The text `key`, "Confirm: {title}"; the title alone if it begins with that
 * verb, in one of the languages: "Please confirm that all is well" (arena).
 */
const char *titled(const struct req *req, const char *key, const char *title);

#endif
