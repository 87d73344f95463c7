/*
 * machines.c: the machines that a document names, as targets to declare.
 */
#include <string.h>
#include <strings.h>

#include "import/machines.h"
#include "base/message.h"
#include "base/text.h"
#include "import/imperative.h"
#include "import/import_own.h"
#include "import/notes.h"
#include "import/pieces.h"

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
		if (word[0] != '-') {
			if (host != NULL)
				return false;
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

/* clang-format off */
static const char *const words_of_machines[] = { "server", "servers", "host",
	"hosts", "node", "nodes", "machine", "machines", "vm", "instance",
	"instances", NULL };
static const char *const roles[] = { "master", "primary", "replica", "standby",
	"slave", "secondary", "controller", "worker", "workers", "leader", NULL };
static const char *const determiners[] = { "the", "each", "every", "all", "both",
	"your", "of", "other", "new", "old", NULL };
/* clang-format on */

static bool
is_one_of(const char *s, size_t len, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strlen(*words) == len && strncasecmp(s, *words, len) == 0)
			return true;
	return false;
}

/* The next name in the text from *at on, or 0: there is none. */
static size_t
next_name(const char *s, size_t *at)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-";
	size_t n;

	*at += strcspn(s + *at, letters);
	n = strspn(s + *at, letters);
	while (n > 0 && strchr("._-", s[*at + n - 1]) != NULL)
		n--;
	return n;
}

/* “On the database server:” */
static bool
is_named_in_english(struct import *im, const char *s, const char **ret_name)
{
	size_t at = 3, n, words = 0;
	bool machine = false;
	const char *name = NULL;

	if (strncasecmp(s, "on ", 3) != 0)
		return false;
	for (; (n = next_name(s, &at)) > 0; at += n) {
		if (is_one_of(s + at, n, determiners))
			continue;
		words++;
		if (is_one_of(s + at, n, words_of_machines)) {
			machine = true;
			continue;
		}
		machine |= is_one_of(s + at, n, roles) ||
		    strcspn(s + at, "0123456789") < n;
		if (name == NULL)
			name = arena_strndup(im->p.arena, s + at, n);
	}
	*ret_name = name;
	return machine && words <= 3;
}

static bool
ends_in_one_of(const char *s, const char *const *words)
{
	for (; *words != NULL; words++)
		if (text_ends(s, *words))
			return true;
	return false;
}

/* “在 db1 上执行”, “mysql 机器” */
static bool
is_named_in_chinese(struct import *im, const char *s, const char **ret_name)
{
	static const char *const nouns[] = { "机器", "节点", "服务器", "主机",
		NULL };
	static const char *const acts[] = { "上执行", "上运行", "上操作", "上",
		"机器执行", "节点执行", "服务器执行", "主机执行", NULL };
	size_t at = 0, n = next_name(s, &at);

	*ret_name = n > 0 ? arena_strndup(im->p.arena, s + at, n) : NULL;
	if (strstr(s, "，") != NULL || text_characters(s) > 24)
		return false;
	if (text_starts(s, "在"))
		return ends_in_one_of(s, acts) &&
		    (n > 0 || pieces_has(s, nouns));
	return ends_in_one_of(s, nouns) && !imperative_is(s);
}

bool
machines_named(struct import *im, const char *text, const char **ret_name)
{
	static const char *const ends[] = { ":", "：", ".", "。", " ", NULL };
	char *s = arena_strdup(im->p.arena, text);
	const char *name = NULL;
	bool found;

	for (size_t i = 0; ends[i] != NULL;) {
		if (text_ends(s, ends[i])) {
			s[strlen(s) - strlen(ends[i])] = '\0';
			i = 0;
		} else {
			i++;
		}
	}
	found = is_named_in_english(im, s, &name) ||
	    is_named_in_chinese(im, s, &name);
	*ret_name = found && name != NULL && text_is_id(name) &&
		strcasecmp(name, "local") != 0 &&
		strcasecmp(name, "localhost") != 0
	    ? name
	    : NULL;
	return found;
}

void
machines_enter(
    struct import *im, const struct node *n, const char *host, const char *user)
{
	machines_add(im, host, user, n->at);
	im->on = host;
	im->on_level = im->heading != NULL ? im->heading->number : 0;
}
