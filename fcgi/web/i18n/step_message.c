/*
 * step_message.c: our own programs' messages about an attempt, in the language
 * of the person.
 *
 * The record has one English sentence.  The sentences of keeper and runner are
 * known, so a page can translate them, with their details unchanged; messages
 * from a target are shown as they came.
 */
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "web/i18n/step_message.h"
#include "wire/exec.h"

static const struct {
	const char *message;
	const char *key;
} said[] = {
	{ EXEC_NOT_ACCEPTED, "said_not_accepted" },
	{ EXEC_NOT_ACCEPTED_RESTART, "said_not_accepted_restart" },
	{ EXEC_FORGED, "said_forged" },
	{ EXEC_CHAIN_BROKEN, "said_chain_broken" },
};

const char *
step_message_text(const struct req *req, const char *message)
{
	if (message == NULL || req->wants != WANTS_HTML)
		return message;
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++)
		if (text_starts(message, said[i].message))
			return arena_printf(req->arena, "%s%s",
			    request_text(req, said[i].key, said[i].message),
			    message + strlen(said[i].message));
	return message;
}
