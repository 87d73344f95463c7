/*
 * sql_split_words.c: rules about the words of a statement: the end of its body,
 * and commands of clients.
 *
 * The server refuses commands of a client (source, COPY from stdin), but only
 * once the statements before it were applied, so they are refused before
 * anything is sent.
 */
#include <string.h>
#include <strings.h>

#include "base/message.h"
#include "lang/sql/sql_split_words.h"

static bool
word_is(const struct scan *c, const char *word)
{
	size_t len = c->word_end - c->word_at;

	return strlen(word) == len &&
	    strncasecmp(c->s + c->word_at, word, len) == 0;
}

static bool
word_is_any(const struct scan *c, const char *const *words)
{
	while (*words != NULL && !word_is(c, *words))
		words++;
	return *words != NULL;
}

/* MySQL has DELIMITER: only to detect that it is missing. */
static void
note_mysql_word(struct scan *c)
{
	static const char *const routines[] = { "function", "procedure",
		"trigger", "event", NULL };
	static const char *const between[] = { "or", "replace", "definer",
		"aggregate", "current_user", NULL };
	char before = c->word_at > c->begin ? c->s[c->word_at - 1] : ' ';

	if (c->word_at == c->begin)
		c->head = word_is(c, "create");
	else if (c->head && word_is_any(c, routines))
		c->body = !(c->head = false);
	else if (c->head)
		c->head = word_is_any(c, between) || before == '=' ||
		    before == '@';
	else
		c->begun |= c->body && word_is(c, "begin");
	if (word_is(c, "local") && c->word_at - c->begin < 26 &&
	    strncasecmp(c->s + c->begin, "load ", 5) == 0)
		c->local = true;
}

/* The beginning of a statement decides whether semicolons end it. */
void
statement_note_word(struct scan *c)
{
	bool pg = c->dialect == STEP_POSTGRESQL;

	if (pg && (word_is(c, "stdin") || word_is(c, "stdout")) &&
	    c->word_at - c->begin > 4 &&
	    strncasecmp(c->s + c->begin, "copy", 4) == 0 &&
	    !is_word(c->s[c->begin + 4]))
		c->copies = true;
	if (c->dialect == STEP_MYSQL)
		note_mysql_word(c);
	else if (c->body && word_is(c, "begin")) {
		c->depth++;
	} else if (c->depth > 0 && word_is(c, "case")) {
		c->depth++;
	} else if (c->depth > 0 && word_is(c, "end")) {
		c->depth--;
	} else if (c->word_at == c->begin) {
		c->head = word_is(c, "create");
	} else if (c->head &&
	    (pg ? word_is(c, "function") || word_is(c, "procedure")
		: word_is(c, "trigger"))) {
		c->body = true;
		c->head = false;
	} else if (c->head) {
		c->head = word_is(c, "or") || word_is(c, "replace") ||
		    word_is(c, "temp") || word_is(c, "temporary");
	}
}

/* Statements that the server would refuse after earlier ones were applied. */
bool
statement_allowed(struct scan *c)
{
	if (c->copies)
		return wrong(c, c->begin, MESSAGE("sql_copy"));
	if (c->local)
		return wrong(c, c->begin, MESSAGE("sql_load_data"));
	if (c->begun && !word_is(c, "end") && strcmp(c->delimiter, ";") == 0)
		return wrong(c, c->begin, MESSAGE("sql_begin_end"));
	return true;
}

/*
 * A command of the mysql client at the beginning of a line: no statement of the
 * server begins like it.
 */
bool
statement_is_client_word(const struct scan *c)
{
	static const char *const words[] = { "source", "system", "tee", "notee",
		"pager", "nopager", "rehash", "connect", "prompt", "status",
		"quit", "exit", "ego", "edit", NULL };
	const char *s = c->s + c->at;
	size_t n = 0;

	while (c->at + n < c->len && is_word(s[n]))
		n++;
	for (size_t i = 0; n > 0 && words[i] != NULL; i++)
		if (strlen(words[i]) == n && strncasecmp(s, words[i], n) == 0)
			return c->dialect == STEP_MYSQL;
	return false;
}

bool
statement_is_prompt(const struct scan *c)
{
	static const char *const words[] = { "mysql>", "mariadb [", "sqlite>",
		NULL };
	const char *s = c->s + c->at;
	size_t left = c->len - c->at, n = 0;

	for (size_t i = 0; words[i] != NULL; i++)
		if (left > strlen(words[i]) &&
		    strncasecmp(s, words[i], strlen(words[i])) == 0)
			return true;
	while (n < left && is_word(s[n]))
		n++;
	return c->dialect == STEP_POSTGRESQL && n > 0 && n + 2 < left &&
	    s[n] == '=' && (s[n + 1] == '#' || s[n + 1] == '>') &&
	    s[n + 2] == ' ';
}
