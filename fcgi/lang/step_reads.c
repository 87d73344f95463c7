/* step_reads.c: the values that a step reads, judged by its text. */
#include <string.h>

#include "lang/step_reads.h"
#include "lang/values.h"

/* Finds the word at or after s, not as a part of a longer name. */
static const char *
find_word(const char *text, const char *s, const char *word)
{
	static const char more[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	size_t len = strlen(word);

	for (; (s = strstr(s, word)) != NULL; s++)
		if ((s == text || strchr(more, s[-1]) == NULL) &&
		    (s[len] == '\0' || strchr(more, s[len]) == NULL))
			return s;
	return NULL;
}

/* $name, ${name and similar; in arithmetic a bare name. */
static bool
shell_reads(const char *text, const char *name)
{
	bool bare = strstr(text, "((") != NULL;

	for (const char *s = text; (s = find_word(text, s, name)) != NULL;
	     s++) {
		const char *before = s;

		while (before > text && strchr("{#!", before[-1]) != NULL)
			before--;
		if (bare || (before > text && before[-1] == '$'))
			return true;
	}
	return false;
}

/* CS_NAME, which every interpreter has in its environment. */
static bool
environment_reads(const char *text, const char *name)
{
	char word[3 + 65] = "CS_";
	size_t len = strlen(name);

	for (size_t i = 0; i <= len && i < 64; i++)
		word[3 + i] = name[i] >= 'a' && name[i] <= 'z'
		    ? (char)(name[i] - 'a' + 'A')
		    : name[i];
	return find_word(text, text, word) != NULL;
}

static bool
braces_read(const char *text, const char *name)
{
	size_t at = 0, n;
	char found[65];

	for (; text != NULL && values_next(text, strlen(text), &at, &n, found);
	     at += n)
		if (strcmp(found, name) == 0)
			return true;
	return false;
}

bool
step_reads_value(const struct step *step, const char *name)
{
	return (kind_is(step->kind, KIND_SHELL) &&
		   shell_reads(step->text, name)) ||
	    (kind_is(step->kind, KIND_SCRIPT) &&
		environment_reads(step->text, name)) ||
	    (kind_is(step->kind, KIND_VALUES) &&
		braces_read(step->text, name)) ||
	    braces_read(step->answers, name) || braces_read(step->file, name) ||
	    braces_read(step->cwd, name);
}
