/*
 * script_lines.c: the lines of a shell script, as far as warnings need them.
 *
 * This is not a parser of the shell's language: it knows enough of quotes,
 * continued lines and here-documents to tell a command from a text that is its
 * input.  An error here only causes a wrong or missing warning.
 */
#include <string.h>

#include "lang/script_lines.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The word behind << at `s`, without its quotes. */
static void
note_here(struct script_lines *l, const char *s, const char *end)
{
	size_t n = 0;

	l->tabs = s < end && *s == '-';
	s += l->tabs;
	while (s < end && is_blank(*s))
		s++;
	for (; s < end && !is_blank(*s) && strchr(";&|<>()", *s) == NULL; s++)
		if (strchr("'\"\\", *s) == NULL && n + 1 < sizeof(l->until))
			l->until[n++] = *s;
	l->until[n] = '\0';
}

/* Follows quotes and here-documents through the line. */
static void
follow(struct script_lines *l, const char *s, const char *end)
{
	const char *from = s;

	l->continued = false;
	for (; s < end; s++) {
		if (l->quote == '\'') {
			l->quote = *s == '\'' ? 0 : l->quote;
		} else if (*s == '\\') {
			l->continued = s + 1 == end && l->quote == 0;
			s++;
		} else if (l->quote == '"') {
			l->quote = *s == '"' ? 0 : l->quote;
		} else if (*s == '\'' || *s == '"') {
			l->quote = *s;
		} else if (*s == '#' && (s == from || is_blank(s[-1]))) {
			return;
		} else if (*s == '<' && s + 2 < end && s[1] == '<' &&
		    s[2] != '<' && (s == from || s[-1] != '<') &&
		    l->until[0] == '\0') {
			note_here(l, s + 2, end);
		}
	}
}

/* Handles a line of the here-document, up to its end. */
static void
follow_here(struct script_lines *l, const char *s, size_t len)
{
	for (; l->tabs && len > 0 && *s == '\t'; len--)
		s++;
	if (strlen(l->until) == len && memcmp(s, l->until, len) == 0)
		l->until[0] = '\0';
}

bool
script_lines_next(struct script_lines *l, struct script_line *ret)
{
	while (*l->at != '\0') {
		const char *s = l->at;
		size_t len = strcspn(s, "\n");
		bool inside = l->quote != 0 || l->continued;

		ret->number = l->number++;
		l->at += len + (s[len] == '\n');
		if (l->until[0] != '\0') {
			follow_here(l, s, len);
			continue;
		}
		follow(l, s, s + len);
		for (; len > 0 && is_blank(*s); len--)
			s++;
		if (inside || len == 0 || *s == '#')
			continue;
		ret->s = s;
		ret->len = len;
		return true;
	}
	return false;
}

/* Behind the word at s[at]: quotes hold it together. */
static size_t
word_end(const char *s, size_t len, size_t at)
{
	char quote = 0;

	for (; at < len; at++) {
		if (quote != 0) {
			if (s[at] == quote)
				quote = 0;
			else if (s[at] == '\\' && quote == '"')
				at++;
		} else if (s[at] == '\\') {
			at++;
		} else if (s[at] == '\'' || s[at] == '"') {
			quote = s[at];
		} else if (is_blank(s[at]) || strchr(";|&()", s[at])) {
			break;
		}
	}
	return at < len ? at : len;
}

const char *
script_next_word(
    const struct script_line *l, size_t *at, size_t *ret_len, bool *ret_command)
{
	size_t i = *at, end;
	bool command = i == 0;

	while (i < l->len &&
	    (is_blank(l->s[i]) || strchr(";|&(){}!", l->s[i]) != NULL)) {
		command |= !is_blank(l->s[i]);
		i++;
	}
	if (i == l->len || l->s[i] == '#')
		return NULL;
	end = word_end(l->s, l->len, i);
	*at = end > i ? end : i + 1;
	*ret_len = *at - i;
	*ret_command = command;
	return l->s + i;
}
