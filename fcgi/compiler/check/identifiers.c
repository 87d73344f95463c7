/*
 * identifiers.c: names of parameters and captured values: which are allowed,
 * and which are known at a place of the document.
 *
 * In a script a value is a shell variable of its own name, so names with a
 * meaning in some shell or library are refused.
 */
#include <string.h>

#include "compiler/check/identifiers.h"
#include "base/message.h"
#include "base/text.h"
#include "compiler/parse/parse.h"

static const char *const reserved[] = { "path", "ifs", "env", "home", "shell",
	"user", "logname", "pwd", "oldpwd", "term", "lang", "language", "tz",
	"optind", "optarg", "opterr", "cdpath", "fpath", "manpath", "mail",
	"mailpath", "prompt", "histfile", "argv", "http_proxy", "https_proxy",
	"ftp_proxy", "all_proxy", "no_proxy", "uid", "gid", "euid", "ppid",
	"random", "shellopts", "bashopts", "editor", "visual", "pager", NULL };

static const char *const prefixes[] = { "ld_", "bash_", "lc_", "cs_", "dyld_",
	"python", "perl5", NULL };

static const char *const words[] = { "and", "or", "not", "in", "true", "false",
	NULL };

/* NULL, or why the name is refused, as a sentence. */
const char *
identifier_refused(const char *name)
{
	if (!text_is_name(name))
		return MESSAGE("name_form");
	if (strcmp(name, "environment") == 0)
		return MESSAGE("name_environment");
	for (size_t i = 0; words[i] != NULL; i++)
		if (strcmp(words[i], name) == 0)
			return MESSAGE("name_word");
	for (size_t i = 0; reserved[i] != NULL; i++)
		if (strcmp(reserved[i], name) == 0)
			return MESSAGE("name_shell");
	if (name[0] == 'p' && name[1] == 's' && name[2] >= '0' &&
	    name[2] <= '4' && name[3] == '\0')
		return MESSAGE("name_prompt");
	for (size_t i = 0; prefixes[i] != NULL; i++)
		if (text_starts(name, prefixes[i]))
			return MESSAGE("name_prefix");
	return NULL;
}

/* The nearest section that repeats, at or above this one, or -1. */
static int
repeating(const struct parse *p, int section)
{
	while (section >= 0 && p->sections[section].each_name == NULL)
		section = p->sections[section].parent;
	return section;
}

/* Both repeat by the same name over the same list, or neither repeats. */
static bool
same_each(const struct parse *p, int a, int b)
{
	return a == b ||
	    (a >= 0 && b >= 0 &&
		text_eq(p->sections[a].each_name, p->sections[b].each_name) &&
		text_eq(p->sections[a].each_list, p->sections[b].each_list));
}

/* From there outwards both repeat alike. */
static bool
same_around(const struct parse *p, int a, int b)
{
	while (same_each(p, a, b) && a >= 0) {
		a = repeating(p, p->sections[a].parent);
		b = repeating(p, p->sections[b].parent);
	}
	return a < 0 && b < 0;
}

/*
 * All loops around the section `outer` are around `inner` as well, so that each
 * copy of one has its copy of the other.
 */
bool
repeats_around(const struct parse *p, int inner, int outer)
{
	int a = repeating(p, inner), b = repeating(p, outer);

	while (!same_around(p, a, b) && a >= 0)
		a = repeating(p, p->sections[a].parent);
	return same_around(p, a, b);
}

static bool
captured_before(const struct parse *p, const char *name, int step, int section)
{
	for (int i = 0; i < step; i++)
		for (size_t k = 0; k < p->steps[i].captures_count; k++)
			if (strcmp(p->steps[i].captures[k].name, name) == 0 &&
			    repeats_around(p, section, p->steps[i].section))
				return true;
	return false;
}

const struct parameter *
parameter_find(const struct parse *p, const char *name)
{
	for (size_t i = 0; i < p->parameters_count; i++)
		if (strcmp(p->parameters[i].name, name) == 0)
			return &p->parameters[i];
	return NULL;
}

/*
 * The name has a value at that step: a parameter, `environment`, the variable
 * of an `each` around the section, or a value captured by an earlier step (of
 * the same items if that one repeats).
 */
bool
identifier_is_known(
    const struct parse *p, const char *name, int step, int section)
{
	if (strcmp(name, "environment") == 0 || parameter_find(p, name) != NULL)
		return true;
	for (int i = section; i >= 0; i = p->sections[i].parent)
		if (text_eq(p->sections[i].each_name, name))
			return true;
	return captured_before(p, name, step, section);
}
