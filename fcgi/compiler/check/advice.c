/*
 * advice.c: what a step would do that its author hardly meant.
 *
 * Documents that were written for people say “$ systemctl stop app”, “1. Stop
 * it”, “vi app.conf” and “<version>”, and a shell would make something of each
 * of them, or fail half-way.  All of it is warnings: the text runs as it
 * stands.
 */
#include <string.h>

#include "compiler/check/advice.h"
#include "base/text.h"
#include "compiler/check/advice_words.h"
#include "compiler/check/advice_variables.h"
#include "compiler/check/content.h"
#include "compiler/parse/heuristics.h"
#include "compiler/parse/prose.h"
#include "compiler/parse/source.h"
#include "compiler/check/programs.h"

size_t
advice_place(
    const struct advice *a, const struct script_line *l, const char *at)
{
	return content_place(
	    a->p, a->s, l->number, l->s, l->len, (size_t)(at - l->s));
}

static bool
is_word(const char *s, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(s, word, len) == 0;
}

/* Finds “{{ site.version }}” or “{{< param "v" >}}”, which the generator of a
 * web site would fill in, from *at on. */
static bool
template_find(const char *s, size_t len, size_t *at, size_t *ret_len)
{
	for (size_t i = *at; i + 4 < len; i++) {
		const char *end;
		size_t n, k;

		if (s[i] != '{' || s[i + 1] != '{')
			continue;
		end = memmem(s + i, len - i, "}}", 2);
		if (end == NULL)
			return false;
		n = (size_t)(end - s) + 2 - i;
		k = i + 2;
		while (s[k] == ' ')
			k++;
		while (s[k] == '_' || (s[k] >= 'a' && s[k] <= 'z'))
			k++;
		if (strchr("<%", s[i + 2]) == NULL &&
		    (s[k] != '.' || s[k - 1] == ' ' || s[k - 1] == '{' ||
			s[k + 1] < 'a' || s[k + 1] > 'z'))
			continue;
		*at = i;
		*ret_len = n;
		return true;
	}
	return false;
}

/* Whole words of the line that tell of a placeholder, a prompt or prose. */
static bool
check_text(const struct advice *a, const struct script_line *l)
{
	size_t at = 0, len;
	const char *about;

	if (looks_like_a_prompt(l->s, l->len) > 0) {
		advise(a->p, advice_place(a, l, l->s), "check_prompt");
		return true;
	}
	if (looks_like_prose(l->s, l->len) ||
	    (kind_is(a->s->kind, KIND_SHELL) &&
		looks_like_a_sentence(l->s, l->len))) {
		advise(a->p, advice_place(a, l, l->s), "check_prose");
		return true;
	}
	for (; kind_is(a->s->kind, KIND_SHELL) &&
	     template_find(l->s, l->len, &at, &len);
	     at += len) {
		about = arena_strndup(a->p->arena, l->s + at, len);
		advise(a->p, advice_place(a, l, l->s + at),
		    "check_template about=%s", about);
	}
	at = 0;
	for (; looks_like_a_placeholder(l->s, l->len, &at, &len); at += len) {
		about = arena_strndup(a->p->arena, l->s + at, len);
		advise(a->p, advice_place(a, l, l->s + at),
		    "check_placeholder about=%s", about);
	}
	return false;
}

static void
advise_program(
    struct parse *p, size_t at, enum program_input input, const char *name)
{
	if (input == PROGRAM_KEYS)
		advise(p, at, "check_terminal about=%s", name);
	else if (input == PROGRAM_ASKS)
		advise(p, at, "check_asks about=%s", name);
	else if (input == PROGRAM_PASSWORD)
		advise(p, at, "check_password about=%s", name);
	else if (input == PROGRAM_TTY)
		advise(p, at, "check_tty about=%s", name);
	else if (input == PROGRAM_ENDLESS)
		advise(p, at, "check_endless about=%s", name);
	else
		advise(p, at, "check_enters about=%s", name);
}

/* Commands that wait for keys or lines of a terminal, which is not there, or
 * that do not end. */
static void
check_programs(const struct advice *a, const struct script_line *l)
{
	enum program_input input;
	const char *name = NULL;
	size_t at = 0, where;

	while ((input = program_find(l->s, l->len, &at, &where, &name)) !=
	    PROGRAM_NONE)
		if (!a->s->pty || input == PROGRAM_ENDLESS)
			advise_program(a->p, advice_place(a, l, l->s + where),
			    input, name);
}

static void
check_cd(struct advice *a, const struct script_line *l, const char *s)
{
	const char *rest = s, *end = l->s + l->len;
	size_t left = (size_t)(end - rest);

	if (a->errexit || memmem(rest, left, "||", 2) != NULL ||
	    memmem(rest, left, "&&", 2) != NULL)
		return;
	if (a->cd_at == NOWHERE)
		a->cd_at = advice_place(a, l, s);
}

static void
check_rm(struct advice *a, const struct script_line *l, size_t at)
{
	static const char *const all[] = { "*", "./*", "/*", ".*", "*.*",
		NULL };
	const char *word;
	size_t len;
	bool command;

	while ((word = script_next_word(l, &at, &len, &command)) != NULL &&
	    !command) {
		advice_check_removed(a, l, word, len);
		if (text_is_one_of(word, len, all))
			advise(a->p, advice_place(a, l, word), "check_rm");
	}
}

static void
check_command(struct advice *a, const struct script_line *l, const char *s,
    size_t len, size_t behind)
{
	static const char *const reads[] = { ".", "source", "eval", NULL };

	a->included |= text_is_one_of(s, len, reads);
	if (is_word(s, len, "set") && behind + 2 < l->len &&
	    l->s[behind] == ' ' && l->s[behind + 1] == '-')
		a->errexit |= memchr(l->s + behind, 'e', l->len - behind) !=
		    NULL;
	if (is_word(s, len, "cd"))
		check_cd(a, l, s);
	else if (is_word(s, len, "rm"))
		check_rm(a, l, behind);
	else if (is_word(s, len, "source") && a->s->kind == STEP_SH)
		advise(a->p, advice_place(a, l, s), "check_source");
}

/* The commands of the line, behind words that only introduce them. */
static void
check_commands(struct advice *a, const struct script_line *l)
{
	static const char *const before[] = { "sudo", "nohup", "exec", "time",
		"then", "do", "else", "env", NULL };
	size_t at = 0, len;
	const char *word;
	bool command, next = false;

	while ((word = script_next_word(l, &at, &len, &command)) != NULL) {
		if (!command && !next)
			continue;
		next = text_is_one_of(word, len, before);
		if (!next)
			check_command(a, l, word, len, at);
	}
}

static void
check_shell(struct advice *a)
{
	struct script_lines lines = { .at = a->s->text };
	struct script_line l;

	while (script_lines_next(&lines, &l)) {
		if (a->cd_at != NOWHERE) {
			advise(a->p, a->cd_at, "check_cd");
			a->cd_at = NOWHERE;
			a->errexit = true; /* said once */
		}
		if (!check_text(a, &l)) {
			check_commands(a, &l);
			check_programs(a, &l);
			advice_check_words(a, &l);
		}
	}
	lines = (struct script_lines){ .at = a->s->text };
	while (!a->included && script_lines_next(&lines, &l))
		advice_check_variables(a, &l);
}

/* Lines of other texts.  A prompt before a statement is an error already. */
static void
check_lines(const struct advice *a)
{
	struct script_line l = { .number = 0 };

	for (const char *s = a->s->text; *s != '\0'; l.number++) {
		size_t len = strcspn(s, "\n");

		l.s = s + strspn(s, " \t");
		l.len = len - (size_t)(l.s - s);
		if (l.len > 0 && *l.s != '#' && memcmp(l.s, "--", 2) != 0 &&
		    looks_like_a_prompt(l.s, l.len) == 0)
			(void)check_text(a, &l);
		s += len + (s[len] == '\n');
	}
}

void
check_advice(struct parse *p, size_t step)
{
	struct advice a = {
		.p = p, .step = step, .s = &p->steps[step], .cd_at = NOWHERE
	};

	if (kind_is(a.s->kind, KIND_SHELL))
		check_shell(&a);
	else if (kind_is(a.s->kind, KIND_SQL | KIND_ONE(COPY)))
		check_lines(&a);
}
