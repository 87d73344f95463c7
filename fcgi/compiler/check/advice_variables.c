/*
 * advice_variables.c: warns of variables that are never set, in the scripts of
 * steps.
 *
 * A script that a person copies uses names that the person sets before:
 * BACKUP_FILE, DATA_DIR. A step has no such shell before it, so they are empty
 * there, and “rm -rf $DATA_DIR/ *” is another command.  The variables of a
 * login are known; a script that sources another file may get any variable from
 * it.
 */
#include <string.h>

#include "compiler/check/advice_variables.h"
#include "base/text.h"
#include "compiler/check/advice_words.h"
#include "compiler/check/identifiers.h"
#include "compiler/parse/source.h"

#define VARIABLES_MAX 300 /* of a step; each reads its whole script */
#define NAME_MAX_BYTES 64

/* Variables of a login, of shells, and of each step. */
static const char *const known[] = { "HOME", "PATH", "USER", "LOGNAME", "SHELL",
	"PWD", "OLDPWD", "HOSTNAME", "HOSTTYPE", "OSTYPE", "MACHTYPE", "LANG",
	"LANGUAGE", "TERM", "TZ", "TMPDIR", "EDITOR", "VISUAL", "PAGER", "MAIL",
	"UID", "EUID", "GROUPS", "PPID", "RANDOM", "SRANDOM", "SECONDS",
	"EPOCHSECONDS", "EPOCHREALTIME", "LINENO", "OPTIND", "OPTARG", "IFS",
	"FUNCNAME", "PIPESTATUS", "DIRSTACK", "SHLVL", "REPLY", "PS1", "PS2",
	"PS3", "PS4", "COLUMNS", "LINES", "DISPLAY", "COPROC", "MAPFILE", "_",
	"http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY",
	"NO_PROXY", NULL };

static const char *const prefixes[] = { "CS_", "LC_", "BASH", "SSH_", "SUDO_",
	"XDG_", NULL };

static bool
is_name_letter(char c)
{
	return c == '_' || (c >= '0' && c <= '9') ||
	    ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* The text sets the variable whose name is at s. */
static bool
is_set_at(const char *text, const char *s, size_t len)
{
	char behind = s[len], ahead = s > text ? s[-1] : '\n';

	if (ahead == '$' || ahead == '{' || ahead == '-' ||
	    is_name_letter(ahead) || is_name_letter(behind))
		return ahead == '{' && behind == ':' && s[len + 1] == '=';
	if (behind == '=' || (behind == '+' && s[len + 1] == '='))
		return true;
	return ahead != '"' && ahead != '\'' &&
	    (behind == '\0' ||
		strchr(" \t\n;<[)", behind) != NULL); /* read name */
}

bool
advice_is_set(const char *text, const char *name)
{
	size_t len = strlen(name);

	for (const char *s = text; (s = strstr(s, name)) != NULL; s += len)
		if (is_set_at(text, s, len))
			return true;
	return false;
}

static bool
is_known(const char *name)
{
	for (size_t i = 0; known[i] != NULL; i++)
		if (strcmp(known[i], name) == 0)
			return true;
	for (size_t i = 0; prefixes[i] != NULL; i++)
		if (text_starts(name, prefixes[i]))
			return true;
	return false;
}

/* Variables that clients read are set by the targets of with=. */
static bool
is_of_client(const struct step *s, const char *name)
{
	static const char *const clients[] = { "PG", "MYSQL_", "AWS_" };

	for (size_t i = 0; s->with_count > 0 && i < 3; i++)
		if (text_starts(name, clients[i]))
			return true;
	return false;
}

/* The step's text does not set the variable. */
static bool
is_unset(struct advice *a, const char *name)
{
	return ++a->variables <= VARIABLES_MAX && !a->included &&
	    !is_known(name) && !is_of_client(a->s, name) &&
	    !advice_is_set(a->s->text, name) &&
	    !identifier_is_known(a->p, name, (int)a->step, a->s->section);
}

/*
 * The name behind “$” or “${”; NULL: none, or it has a default for an empty
 * value. *ret_end is behind it and its brace.
 */
static const char *
variable_at(struct advice *a, const char *s, size_t len, size_t *ret_end)
{
	bool brace = len > 1 && s[1] == '{';
	size_t from = 1 + brace, n = from;

	while (n < len && is_name_letter(s[n]))
		n++;
	if (n == from || n - from > NAME_MAX_BYTES ||
	    (s[from] >= '0' && s[from] <= '9'))
		return NULL;
	if (brace && (n == len || strchr("}%#/^,", s[n]) == NULL))
		return NULL;
	*ret_end = n + brace;
	return arena_strndup(a->p->arena, s + from, n - from);
}

void
advice_check_variables(struct advice *a, const struct script_line *l)
{
	struct shell_text t = { 0 };
	const char *s, *name;
	size_t end;

	while ((s = shell_text_next(&t, l)) != NULL) {
		if (*s != '$')
			continue;
		name = variable_at(a, s, l->len - (size_t)(s - l->s), &end);
		if (name != NULL && is_unset(a, name))
			advise(a->p, advice_place(a, l, s),
			    "check_variable about=%s", name);
	}
}

/* An optional parameter. */
static bool
may_be_empty(const struct advice *a, const char *name)
{
	const struct parameter *q = parameter_find(a->p, name);

	return q != NULL && !q->required;
}

void
advice_check_removed(
    struct advice *a, const struct script_line *l, const char *word, size_t len)
{
	size_t at = *word == '"', end = 0;
	const char *name;

	if (at >= len || word[at] != '$')
		return;
	name = variable_at(a, word + at, len - at, &end);
	if (name == NULL)
		return;
	at += end;
	at += at < len && word[at] == '"';
	if (at < len && word[at] == '/' &&
	    (is_unset(a, name) || may_be_empty(a, name)))
		advise(a->p, advice_place(a, l, word),
		    "check_rm_variable about=%s", name);
}
