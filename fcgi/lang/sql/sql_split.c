/*
 * sql_split.c: splits the text of a SQL step into statements.
 *
 * No server does this for us: each statement has its own result, its own line
 * and its own place in the count, so they are sent one by one.  The scanner
 * knows just enough of each language to tell strings, quoted names and
 * comments, and the end of the body of a function or trigger.  The same pass
 * finds the places where {{name}} may stand: as a whole value, never inside
 * quotes or as a part of a name.  A value that is quoted inside of quotes would
 * be no value any more, and its end could become code.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/message.h"
#include "base/text.h"
#include "lang/sql/sql_split_words.h"
#include "lang/values.h"

static bool
is_blank(char ch)
{
	return ch == ' ' || (ch >= '\t' && ch <= '\r');
}

static char
peek(const struct scan *c, size_t ahead)
{
	return c->at + ahead < c->len ? c->s[c->at + ahead] : '\0';
}

static bool
is_line_comment(const struct scan *c)
{
	if (peek(c, 0) == '#')
		return c->dialect == STEP_MYSQL;
	if (peek(c, 0) != '-' || peek(c, 1) != '-')
		return false;
	return c->dialect != STEP_MYSQL || peek(c, 2) == '\0' ||
	    is_blank(peek(c, 2));
}

/* A comment that MySQL executes. */
static bool
is_hidden_code(const struct scan *c)
{
	return c->dialect == STEP_MYSQL &&
	    (peek(c, 2) == '!' || (peek(c, 2) == 'M' && peek(c, 3) == '!'));
}

/* Skips a comment in slashes and asterisks; PostgreSQL's nest. */
static bool
skip_block(struct scan *c)
{
	size_t from = c->at;
	int depth = 0;

	while (c->at < c->len) {
		if (peek(c, 0) == '/' && peek(c, 1) == '*' &&
		    (depth == 0 || c->dialect == STEP_POSTGRESQL)) {
			depth++;
			c->at += 2;
		} else if (peek(c, 0) == '*' && peek(c, 1) == '/') {
			c->at += 2;
			if (--depth == 0)
				return true;
		} else {
			c->at++;
		}
	}
	return wrong(c, from, MESSAGE("sql_comment_open"));
}

/* Skips blanks or a comment; true if any; *ok: they end. */
static bool
skip_space(struct scan *c, bool *ok)
{
	if (is_blank(peek(c, 0))) {
		c->at++;
		return true;
	}
	if (is_line_comment(c)) {
		while (c->at < c->len && c->s[c->at] != '\n')
			c->at++;
		return true;
	}
	if (peek(c, 0) != '/' || peek(c, 1) != '*')
		return false;
	if (is_hidden_code(c))
		return false;
	*ok = skip_block(c);
	return true;
}

/* No value may stand between `from` and here. */
static bool
refuse_values(struct scan *c, size_t from)
{
	size_t at = from, len;
	char name[65];

	if (!c->plain && values_next(c->s, c->at, &at, &len, name))
		return wrong(c, at, MESSAGE("sql_value_quoted"));
	return true;
}

/* A string or a quoted name, up to `close`. */
static bool
skip_quoted(struct scan *c, char close, bool backslash)
{
	size_t from = c->at++;

	while (c->at < c->len) {
		char ch = c->s[c->at++];

		if (ch == '\\' && backslash && c->at < c->len)
			c->at++;
		else if (ch == close && close != ']' && peek(c, 0) == close)
			c->at++;
		else if (ch == close)
			return refuse_values(c, from);
	}
	return wrong(c, from, MESSAGE("sql_quote_open"));
}

/* $tag$ … $tag$. */
static bool
skip_dollars(struct scan *c, size_t tag)
{
	size_t from = c->at;
	const char *end = memmem(
	    c->s + from + tag, c->len - from - tag, c->s + from, tag);

	if (end == NULL)
		return wrong(c, from, MESSAGE("sql_body_open"));
	c->at = (size_t)(end - c->s) + tag;
	return refuse_values(c, from);
}

/* The length of $tag$ here, or 0. */
static size_t
dollar_tag(const struct scan *c)
{
	size_t n = 1;

	if (c->dialect != STEP_POSTGRESQL || peek(c, 0) != '$' ||
	    (peek(c, 1) >= '0' && peek(c, 1) <= '9'))
		return 0;
	while (is_word(peek(c, n)) && peek(c, n) != '$')
		n++;
	return peek(c, n) == '$' ? n + 1 : 0;
}

/* Strings and quoted names.  False: none here. */
static bool
take_quotes(struct scan *c, bool *ok)
{
	bool mysql = c->dialect == STEP_MYSQL, escapes = c->backslash;
	char ch = peek(c, 0);
	size_t tag = dollar_tag(c);

	if (c->word_end == c->at && c->word_at + 1 == c->at &&
	    (c->s[c->word_at] | 32) == 'e' && c->dialect == STEP_POSTGRESQL)
		escapes = true;
	if (ch == '\'')
		*ok = skip_quoted(c, ch, escapes);
	else if (ch == '"')
		*ok = skip_quoted(c, ch, mysql && c->backslash);
	else if (ch == '`' && c->dialect != STEP_POSTGRESQL)
		*ok = skip_quoted(c, ch, false);
	else if (ch == '[' && c->dialect == STEP_SQLITE)
		*ok = skip_quoted(c, ']', false);
	else if (tag > 0)
		*ok = skip_dollars(c, tag);
	else
		return false;
	return true;
}

static bool
touches(char ch)
{
	return is_word(ch) || (ch != '\0' && strchr("'\"`.&{}", ch) != NULL);
}

/* {{name}} as a whole value.  False: none here. */
static bool
take_value(struct scan *c, bool *ok)
{
	struct statement_value *v;
	size_t at = c->at, len;
	char name[65];

	if (c->plain || peek(c, 0) != '{' ||
	    !values_next(c->s, c->len, &at, &len, name) || at != c->at)
		return false;
	c->at += len;
	if ((at > c->begin && touches(c->s[at - 1])) || touches(peek(c, 0))) {
		*ok = wrong(c, at, MESSAGE("sql_value_part"));
		return true;
	}
	v = mem_grow(&c->out->values, &c->out->values_cap,
	    c->out->values_count++, sizeof(*v));
	v->at = at;
	v->len = len;
	memcpy(v->name, name, sizeof(v->name));
	return true;
}

static bool
is_delimiter(const struct scan *c)
{
	size_t n = strlen(c->delimiter);

	return n <= c->len - c->at &&
	    memcmp(c->s + c->at, c->delimiter, n) == 0;
}

static bool
take_word(struct scan *c)
{
	if (!is_word(peek(c, 0)))
		return false;
	c->word_at = c->at++;
	while (is_word(peek(c, 0)) && !is_delimiter(c)) /* END$$ */
		c->at++;
	c->word_end = c->at;
	statement_note_word(c);
	return true;
}

static bool
end_statement(struct scan *c)
{
	struct statements *o = c->out;
	struct statement *st;

	if (c->begin == NONE)
		return true;
	if (!statement_allowed(c))
		return false;
	st = mem_grow(&o->all, &o->cap, o->count++, sizeof(*st));
	st->at = c->begin;
	st->len = c->end - c->begin;
	st->values_from = c->values_from;
	st->values_count = o->values_count - c->values_from;
	c->begin = NONE;
	return true;
}

/* MySQL's DELIMITER line.  False: none here. */
static bool
take_delimiter(struct scan *c, bool *ok)
{
	const char *line = c->s + c->at, *end = NULL;
	size_t n = strcspn(line, "\n"), from = 9, len;

	if (c->dialect != STEP_MYSQL || n < 9 ||
	    strncasecmp(line, "delimiter", 9) != 0 ||
	    (n > 9 && !is_blank(line[9])))
		return false;
	while (from < n && is_blank(line[from]))
		from++;
	if (from < n && strchr("'\"`", line[from]) != NULL)
		end = memchr(line + from + 1, line[from], n - from - 1);
	from += end != NULL;
	for (len = 0; from + len < n && line + from + len != end &&
	     (end != NULL || !is_blank(line[from + len]));
	     len++)
		;
	if (len == 0 || len > DELIMITER_MAX ||
	    memchr(line + from, '\\', len) != NULL) {
		*ok = wrong(c, c->at, MESSAGE("sql_delimiter"));
		return true;
	}
	memcpy(c->delimiter, line + from, len);
	c->delimiter[len] = '\0';
	c->at += n;
	return true;
}

/* A line "< ./path": statements from a file. */
static bool
take_file(struct scan *c)
{
	struct statements *o = c->out;
	size_t n = strcspn(c->s + c->at, "\n"), from = 1;
	struct statement *st;
	char path[256] = "";

	while (is_blank(c->s[c->at + n - 1]))
		n--;
	while (from < n && is_blank(peek(c, from)))
		from++;
	if (n - from < sizeof(path))
		memcpy(path, c->s + c->at + from, n - from);
	if (c->plain || !text_is_beneath(path))
		return wrong(c, c->at, MESSAGE("sql_from_file"));
	st = mem_grow(&o->all, &o->cap, o->count++, sizeof(*st));
	st->at = c->at + from;
	st->len = n - from;
	st->is_file = true;
	c->at += n;
	return true;
}

/* Checks for text that is allowed only at the start of a statement. */
static bool
begin_statement(struct scan *c, bool *ok)
{
	if (take_delimiter(c, ok))
		return true;
	if (statement_is_client_word(c)) {
		*ok = wrong(c, c->at, MESSAGE("sql_mysql_command"));
		return true;
	}
	if (statement_is_prompt(c)) {
		*ok = wrong(c, c->at, MESSAGE("sql_prompt"));
		return true;
	}
	if (peek(c, 0) == '<') {
		*ok = take_file(c);
		return true;
	}
	if (c->dialect == STEP_POSTGRESQL && peek(c, 0) == '\\') {
		*ok = wrong(c, c->at, MESSAGE("sql_psql_command"));
		return true;
	}
	if (c->dialect == STEP_SQLITE && peek(c, 0) == '.') {
		*ok = wrong(c, c->at, MESSAGE("sql_sqlite_command"));
		return true;
	}
	c->begin = c->at;
	c->values_from = c->out->values_count;
	c->head = c->body = c->begun = c->copies = c->local = false;
	c->depth = 0;
	return false;
}

/*
 * Scans the next token. A delimiter comes first: it may also begin a comment.
 */
static bool
take(struct scan *c)
{
	bool ok = true;

	if (c->depth == 0 && is_delimiter(c)) {
		ok = end_statement(c);
		c->at += strlen(c->delimiter);
		return ok;
	}
	if (skip_space(c, &ok))
		return ok;
	if (c->begin == NONE && begin_statement(c, &ok))
		return ok;
	if (peek(c, 0) == '\\' && c->dialect != STEP_SQLITE &&
	    peek(c, 1) != 'N')
		return wrong(c, c->at, MESSAGE("sql_backslash"));
	if (!take_quotes(c, &ok) && !take_value(c, &ok) && !take_word(c))
		c->at++;
	c->end = c->at;
	return ok;
}

static void
count_lines(const char *text, struct statements *o)
{
	size_t at = 0;
	int line = 0;

	for (size_t i = 0; i < o->count; i++) {
		for (; at < o->all[i].at; at++)
			line += text[at] == '\n';
		o->all[i].line = line;
	}
}

static bool
split(const char *text, enum step_kind dialect, bool backslash, bool plain,
    struct statements *ret)
{
	struct scan c = { .s = text,
		.len = strlen(text),
		.dialect = dialect,
		.backslash = backslash,
		.plain = plain,
		.out = ret,
		.begin = NONE,
		.word_end = NONE,
		.delimiter = ";" };
	bool ok = true;

	*ret = (struct statements){ 0 };
	while (ok && c.at < c.len)
		ok = take(&c);
	if (ok)
		ok = end_statement(&c);
	if (ok && ret->count == 0)
		ok = wrong(&c, 0, MESSAGE("sql_no_statement"));
	count_lines(text, ret);
	return ok;
}

bool
statements_split(const char *text, enum step_kind dialect, bool backslash,
    struct statements *ret)
{
	return split(text, dialect, backslash, false, ret);
}

bool
statements_split_file(const char *text, enum step_kind dialect, bool backslash,
    struct statements *ret)
{
	return split(text, dialect, backslash, true, ret);
}

void
statements_clear(struct statements *s)
{
	free(s->all);
	free(s->values);
	*s = (struct statements){ 0 };
}

bool
statements_backslash(enum step_kind dialect)
{
	return dialect == STEP_MYSQL;
}
