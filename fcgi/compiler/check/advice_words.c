/*
 * advice_words.c: warns of characters and words that copying brings into the
 * scripts of steps.
 *
 * Word processors and web pages make “–” of “--”, curly quotes of straight
 * ones, and no-break spaces of blanks; a shell takes all of them for letters.
 * Manuals use words in capitals for values that the reader knows: HOST_B,
 * /path/to/x.
 */
#include <string.h>

#include "compiler/check/advice_words.h"
#include "compiler/parse/source.h"

const char *
shell_text_next(struct shell_text *t, const struct script_line *l)
{
	while (t->at < l->len) {
		const char *s = l->s + t->at++, *end;

		if (*s == '\\') {
			t->at++;
		} else if (*s == '\'' && !t->quoted) {
			end = memchr(s + 1, '\'', l->len - t->at);
			t->at = end != NULL ? (size_t)(end + 1 - l->s) : l->len;
		} else if (*s == '"') {
			t->quoted = !t->quoted;
		} else if (*s == '#' && !t->quoted &&
		    (s == l->s || strchr(" \t", s[-1]) != NULL)) {
			return NULL;
		} else {
			return s;
		}
	}
	return NULL;
}

/*
 * Some of them count at the beginning of a word only, as some texts have them
 * inside.
 */
static const struct {
	const char *bytes, *about;
	bool beginning;
} typographic[] = {
	{ "“", "“ (U+201C)", true },
	{ "”", "” (U+201D)", true },
	{ "‘", "‘ (U+2018)", true },
	{ "’", "’ (U+2019)", true },
	{ "–", "– (U+2013)", true },
	{ "—", "— (U+2014)", true },
	{ "−", "− (U+2212)", true },
	{ "→", "→ (U+2192)", true },
	{ "；", "； (U+FF1B)", false },
	{ "｜", "｜ (U+FF5C)", false },
	{ "\xc2\xa0", "U+00A0", false },
	{ "\xe2\x80\xaf", "U+202F", false },
	{ "\xe3\x80\x80", "U+3000", false },
};

static bool
begins_word(const struct script_line *l, const char *s)
{
	return s == l->s || strchr(" \t=(;|&", s[-1]) != NULL;
}

/* The first such character of the line. */
static void
check_characters(const struct advice *a, const struct script_line *l)
{
	struct shell_text t = { 0 };
	const char *s;

	while ((s = shell_text_next(&t, l)) != NULL) {
		size_t left = l->len - (size_t)(s - l->s), n;

		for (size_t i = 0; (unsigned char)*s >= 0x80 && !t.quoted &&
		     i < sizeof(typographic) / sizeof(typographic[0]);
		     i++) {
			n = strlen(typographic[i].bytes);
			if (n > left || memcmp(s, typographic[i].bytes, n) ||
			    (typographic[i].beginning && !begins_word(l, s)))
				continue;
			advise(a->p, advice_place(a, l, s),
			    "check_typographic about=%s", typographic[i].about);
			return;
		}
	}
}

/* HOST_B: capitals joined by “_”. */
static bool
is_capitals(const char *s, size_t len)
{
	bool parts = false;

	for (size_t i = 0; i < len; i++) {
		parts |= s[i] == '_' && i > 0 && i + 1 < len;
		if (s[i] != '_' && !(s[i] >= 'A' && s[i] <= 'Z') &&
		    !(i > 0 && s[i] >= '0' && s[i] <= '9'))
			return false;
	}
	return parts && s[0] != '_';
}

/* “/path/to/file”, “mysql-VERSION-OS”, “app-x.y.z.tar” */
static bool
is_example(const char *s, size_t len)
{
	static const char *const parts[] = { "/path/to/", "path-to-",
		"-VERSION", "x.y.z", "X.Y.Z", NULL };

	for (size_t i = 0; parts[i] != NULL; i++)
		if (memmem(s, len, parts[i], strlen(parts[i])) != NULL)
			return *s != '-' || parts[i][0] != '-';
	return false;
}

/* Commands whose arguments are names of variables or search texts. */
static bool
takes_names(const char *s, size_t len)
{
	static const char *const words[] = { "export", "unset", "readonly",
		"declare", "typeset", "local", "read", "printenv", "grep",
		"egrep", "fgrep", "zgrep", "rg", "echo", "printf", "getconf",
		"mapfile", "for", "select", "kill", "trap", "test", "[", "[[",
		"sed", "awk", "set", "getent", "case", NULL };

	for (size_t i = 0; words[i] != NULL; i++)
		if (strlen(words[i]) == len && memcmp(words[i], s, len) == 0)
			return true;
	return false;
}

/* Placeholder words behind the command. */
static void
check_examples(const struct advice *a, const struct script_line *l)
{
	bool command, names = false, option = false;
	const char *word, *about;
	size_t at = 0, len;

	while ((word = script_next_word(l, &at, &len, &command)) != NULL) {
		about = arena_strndup(a->p->arena, word, len);
		if (is_example(word, len) ||
		    (!command && !names && !option && is_capitals(word, len) &&
			strstr(a->s->text,
			    arena_printf(a->p->arena, "%s=", about)) == NULL))
			advise(a->p, advice_place(a, l, word),
			    "check_placeholder about=%s", about);
		if (command)
			names = takes_names(word, len);
		option = *word == '-';
	}
}

void
advice_check_words(const struct advice *a, const struct script_line *l)
{
	check_characters(a, l);
	check_examples(a, l);
}
