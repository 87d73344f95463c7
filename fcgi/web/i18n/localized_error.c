/*
 * localized_error.c: the keeper's errors in the language of the person.
 *
 * The keeper knows no languages: its sentence is English, for programs and for
 * the record.  With it comes a code, which never changes, and the subject;
 * sentences of other languages are made of these.  A code with two forms has a
 * second sentence, "_of", for errors with a subject.
 */
#include <stdio.h>

#include "base/text.h"
#include "web/views/model.h"
#include "web/i18n/localized_error.h"

static const char *
template_of(const struct req *req, const char *code, const char *ending)
{
	char key[80];

	snprintf(key, sizeof(key), "refused_%s%s", code, ending);
	return request_text(req, key, NULL);
}

void
localized_error_add(const struct req *req, struct json_object *error)
{
	const char *code = json_text(error, "code", "");
	const char *about = json_text(error, "about", "");
	const char *state = json_text(error, "state", "");
	bool page = req->wants == WANTS_HTML;
	const char *run = json_get(error, "run") == NULL
	    ? ""
	    : json_object_get_string(json_get(error, "run"));
	const char *pairs[] = { "about", about, "about_state",
		model_word(req, "state", about), "state",
		model_word(req, "state", state), "run", run, "by",
		json_text(error, "by", ""), "at", json_text(error, "at", ""),
		NULL };
	const char *text = NULL;
	struct buf filled = { 0 };

	if (text_eq(req->lang, MESSAGES_DEFAULT))
		goto out;
	if (*about != '\0')
		text = template_of(req, code, "_of");
	if (text == NULL && page && json_get(error, "by") != NULL)
		text = template_of(req, code, "_by");
	if (text == NULL)
		text = template_of(req, code, "");
	if (text == NULL)
		goto out;
	messages_fill(text, pairs, &filled);
	json_set_text(error, page ? "message" : "text", buf_text(&filled));
	buf_clear(&filled);
out:
	json_object_object_del(error, "about");
}

const char *
localized_error_text(const struct req *req, const char *code, const char *about,
    const char *fallback)
{
	const char *text = *about != '\0' ? template_of(req, code, "_of")
					  : NULL;
	const char *pairs[] = { "about", about, "about_state",
		model_word(req, "state", about), "state", "", NULL };
	struct buf filled = { 0 };

	if (text == NULL)
		text = template_of(req, code, "");
	if (text == NULL)
		return fallback;
	messages_fill(text, pairs, &filled);
	text = arena_strdup(req->arena, buf_text(&filled));
	buf_clear(&filled);
	return text;
}
