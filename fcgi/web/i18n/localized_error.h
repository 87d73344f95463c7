/*
 * localized_error.h: what the keeper refused, in the language of the person.
 */
#ifndef WEB_I18N_LOCALIZED_ERROR_H
#define WEB_I18N_LOCALIZED_ERROR_H

#include "web/http/request.h"

/*
 * The keeper's refusal {code, message, field, about, …}, which says it in
 * English: for a page the message becomes one of the person's language; an
 * answer in JSON keeps it and gets that one beside it, as "text".  Where the
 * language has no sentence for the code, nothing changes.
 */
void localized_error_add(const struct req *req, struct json_object *error);

/* The sentence for a code, in the language of the person, or the fallback;
 * `about` and the fallback may be "". */
const char *localized_error_text(const struct req *req, const char *code,
    const char *about, const char *fallback);

#endif
