/*
 * step_message.h: what our own programs say of an attempt, in the language of
 * the person.
 */
#ifndef WEB_I18N_STEP_MESSAGE_H
#define WEB_I18N_STEP_MESSAGE_H

#include "web/http/request.h"

/* The message as a page shows it; for programs, and where it is not one of
 * ours, as it is.  NULL stays NULL.  It belongs to the request. */
const char *step_message_text(const struct req *req, const char *message);

#endif
