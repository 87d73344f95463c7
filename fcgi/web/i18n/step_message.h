/*
 * step_message.h: our own programs' messages about an attempt, in the language
 * of the person.
 */
#ifndef WEB_I18N_STEP_MESSAGE_H
#define WEB_I18N_STEP_MESSAGE_H

#include "web/http/request.h"

/*
 * The message as a page shows it; unchanged for programs and if it is not one
 * of ours. NULL stays NULL. It belongs to the request.
 */
const char *step_message_text(const struct req *req, const char *message);

#endif
