/* localized_error.h: the keeper's errors in the language of the person. */
#ifndef WEB_I18N_LOCALIZED_ERROR_H
#define WEB_I18N_LOCALIZED_ERROR_H

#include "web/http/request.h"

/*
 * Takes the keeper's error {code, message, field, about, …} in English. For a
 * page, localizes the message; for JSON, keeps it and adds the localized one as
 * "text". Unchanged if the language has no sentence for the code.
 */
void localized_error_add(const struct req *req, struct json_object *error);

/*
 * The localized sentence of a code, or the fallback; `about` and the fallback
 * may be "".
 */
const char *localized_error_text(const struct req *req, const char *code,
    const char *about, const char *fallback);

#endif
