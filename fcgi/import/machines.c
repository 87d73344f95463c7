/*
 * machines.c: the machines that a document names, as targets to declare.
 */
#include <string.h>

#include "import/machines.h"
#include "base/message.h"
#include "base/text.h"
#include "import/import_own.h"
#include "import/notes.h"

void
machines_add(struct import *im, const char *host, const char *user, size_t at)
{
	for (size_t i = 0; i < im->targets_count; i++)
		if (strcmp(im->targets[i].name, host) == 0)
			return;
	if (im->targets_count == IMPORT_TARGETS_MAX)
		return;
	im->targets[im->targets_count].name = host;
	im->targets[im->targets_count].user = user;
	im->targets[im->targets_count++].at = at;
	import_note(im, at,
	    message_arena(im->p.arena, "import_target name=%s user=%s", host,
		user != NULL ? user : "USER"));
}

/* The next word of the line, or NULL; of the arena. */
static const char *
next_word(struct import *im, const char **s, const char *end)
{
	const char *start;

	while (*s < end && (**s == ' ' || **s == '\t'))
		(*s)++;
	start = *s;
	while (*s < end && strchr(" \t\r", **s) == NULL)
		(*s)++;
	return *s > start
	    ? arena_strndup(im->p.arena, start, (size_t)(*s - start))
	    : NULL;
}

bool
machines_ssh(struct import *im, const char *s, size_t len,
    const char **ret_host, const char **ret_user)
{
	const char *end = s + len, *word = next_word(im, &s, end), *at;
	const char *host = NULL, *user = NULL;

	if (!text_eq(word, "ssh"))
		return false;
	while ((word = next_word(im, &s, end)) != NULL) {
		if (host != NULL)
			return false;
		if (word[0] != '-') {
			host = word;
			continue;
		}
		if (word[1] == '\0' || word[2] != '\0')
			return false;
		if (strchr("ilpFJo", word[1]) != NULL) {
			at = next_word(im, &s, end);
			user = word[1] == 'l' ? at : user;
		}
	}
	at = host != NULL ? strchr(host, '@') : NULL;
	if (at != NULL) {
		user = arena_strndup(im->p.arena, host, (size_t)(at - host));
		host = at + 1;
	}
	if (host == NULL || !text_is_id(host) || strcmp(host, "local") == 0 ||
	    strcmp(host, "localhost") == 0)
		return false;
	*ret_host = host;
	*ret_user = user;
	return true;
}

void
machines_enter(
    struct import *im, const struct node *n, const char *host, const char *user)
{
	machines_add(im, host, user, n->at);
	im->on = host;
	im->on_level = im->heading != NULL ? im->heading->number : 0;
}
