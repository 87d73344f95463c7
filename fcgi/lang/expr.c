/*
 * expr.c: the expressions of `when`.
 *
 *	or      = and { "or" and }
 *	and     = not { "and" not }
 *	not     = "not" not | compare
 *	compare = operand [ op operand | ["not"] "in" list ] | "(" or ")"
 *	op      = "==" | "!=" | "<" | "<=" | ">" | ">="
 *	list    = "(" operand { "," operand } ")", or the same in brackets
 *	operand = name | word | quoted text | fact
 *	fact    = ( "ran" | "succeeded" | "skipped" ) "(" step ")"
 *
 * A bare word of the form [a-z][a-z0-9_]* is a name, but for true and false;
 * any other bare word (8.0.11, all-in-one, Test) is text.  == and != compare
 * text exactly.  The four others compare versions (version.c).  An operand
 * that stands alone holds where it is "true".  A fact is asked for as a value
 * of the name "ran(step)".
 *
 * One recursive descent serves checking and evaluating: what does not decide
 * the result (the right side of `false and ...`) is parsed, but its names
 * need no value.
 */
#include <stdio.h>
#include <string.h>

#include "base/message.h"
#include "base/text.h"
#include "lang/expr.h"
#include "lang/version.h"

#define DEPTH_MAX 32
#define OPERAND_MAX 256

enum token { END, WORD, TEXT, OPEN, CLOSE, COMMA, OP, BAD };

struct expr {
	const char *s;
	size_t at;   /* of the token */
	size_t next; /* behind it */
	enum token token;
	char text[OPERAND_MAX]; /* of the token */
	const char *error;
	size_t error_at;
	value_fn value; /* NULL: only check */
	void (*name)(void *ctx, const char *s);
	const char *(*rename)(void *ctx, const char *step);
	struct buf *renamed; /* the text up to `copied` */
	size_t copied;
	void *ctx;
	bool missing; /* a name that matters has no value */
	int depth;
};

struct operand {
	const char *s;
	char text[OPERAND_MAX];
};

static bool parse_or(struct expr *e, bool matters);

static void
fail(struct expr *e, size_t at, const char *why)
{
	if (e->error != NULL)
		return;
	e->error = why;
	e->error_at = at;
}

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-' ||
	    c == '+' || c == '/' || c == ':' || (unsigned char)c >= 0x80;
}

static void
take(struct expr *e, size_t from, size_t len, enum token token)
{
	if (len >= OPERAND_MAX) {
		fail(e, from, MESSAGE("expr_long_text"));
		len = 0;
	}
	memcpy(e->text, e->s + from, len);
	e->text[len] = '\0';
	e->token = token;
}

static void
take_quoted(struct expr *e, char quote)
{
	size_t from = e->at + 1, to = from;

	while (e->s[to] != quote && e->s[to] != '\0')
		to++;
	if (e->s[to] == '\0') {
		fail(e, e->at, MESSAGE("expr_quote"));
		e->token = BAD;
		e->next = to;
		return;
	}
	take(e, from, to - from, TEXT);
	e->next = to + 1;
}

static void
take_operator(struct expr *e)
{
	const char *s = e->s + e->at;
	size_t len = s[0] != '\0' && s[1] == '=' ? 2 : 1;

	if (len == 1 && s[0] == '=')
		fail(e, e->at, MESSAGE("expr_equal"));
	else if (len == 1 && s[0] == '!')
		fail(e, e->at, MESSAGE("expr_not"));
	take(e, e->at, len, OP);
	e->next = e->at + len;
}

static void
advance(struct expr *e)
{
	size_t at = e->next, to;
	char c;

	at += strspn(e->s + at, " \t\r\n");
	e->at = at;
	c = e->s[at];
	e->next = at + 1;
	if (c == '\0') {
		e->token = END;
		e->next = at;
	} else if (c == '(' || c == '[') {
		take(e, at, 1, OPEN);
	} else if (c == ')' || c == ']') {
		take(e, at, 1, CLOSE);
	} else if (c == ',') {
		e->token = COMMA;
	} else if (c == '\'' || c == '"') {
		take_quoted(e, c);
	} else if (strchr("=!<>", c) != NULL) {
		take_operator(e);
	} else if (is_word(c)) {
		for (to = at; is_word(e->s[to]); to++)
			;
		e->next = to;
		take(e, at, to - at, WORD);
	} else {
		e->token = BAD;
		fail(e, at,
		    c == '&' || c == '|' ? MESSAGE("expr_words")
					 : MESSAGE("expr_character"));
	}
}

static bool
is_keyword(const struct expr *e, const char *word)
{
	return e->token == WORD && strcmp(e->text, word) == 0;
}

/* The value of a name or fact, "" if it is missing or does not matter. */
static const char *
value_of(struct expr *e, bool matters, const char *name)
{
	const char *value = "";

	if (e->name != NULL)
		e->name(e->ctx, name);
	if (e->value != NULL && matters)
		value = e->value(e->ctx, name);
	if (value != NULL)
		return value;
	e->missing = true;
	return "";
}

static const char *const facts[] = { "ran", "succeeded", "skipped", NULL };

/* The current word is one of the facts, and a parenthesis follows. */
static bool
is_fact(const struct expr *e)
{
	const char *behind = e->s + e->next;

	if (e->token != WORD || behind[strspn(behind, " \t\r\n")] != '(')
		return false;
	for (size_t i = 0; facts[i] != NULL; i++)
		if (strcmp(e->text, facts[i]) == 0)
			return true;
	return false;
}

/* Copies the text up to the step of a fact, and its new id. */
static void
rename_step(struct expr *e)
{
	const char *id = e->rename(e->ctx, e->text);

	buf_put(e->renamed, e->s + e->copied, e->at - e->copied);
	if (id != NULL)
		buf_puts(e->renamed, id);
	e->copied = id != NULL ? e->next : e->at;
}

static void
parse_fact(struct expr *e, bool matters, struct operand *out)
{
	char name[OPERAND_MAX];

	snprintf(name, sizeof(name), "%s", e->text);
	advance(e);
	advance(e);
	if ((e->token != WORD && e->token != TEXT) ||
	    !text_is_step_id(e->text)) {
		fail(e, e->at, MESSAGE("expr_step_id"));
		return;
	}
	if (e->rename != NULL)
		rename_step(e);
	snprintf(name + strlen(name), sizeof(name) - strlen(name), "(%.100s)",
	    e->text);
	advance(e);
	if (e->token != CLOSE || e->text[0] != ')') {
		fail(e, e->at, MESSAGE("expr_parenthesis"));
		return;
	}
	out->s = value_of(e, matters, name);
	advance(e);
}

/* Parses an operand: a value of any length, or literal text. */
static void
parse_operand(struct expr *e, bool matters, struct operand *out)
{
	out->s = "";
	if (e->token != WORD && e->token != TEXT) {
		fail(e, e->at,
		    e->token == END ? MESSAGE("expr_end")
				    : MESSAGE("expr_name"));
		return;
	}
	if (is_keyword(e, "and") || is_keyword(e, "or") ||
	    is_keyword(e, "in") || is_keyword(e, "not")) {
		fail(e, e->at, MESSAGE("expr_name_before"));
		return;
	}
	if (is_fact(e)) {
		parse_fact(e, matters, out);
		return;
	}
	if (e->token == WORD && text_is_name(e->text) &&
	    !is_keyword(e, "true") && !is_keyword(e, "false")) {
		out->s = value_of(e, matters, e->text);
	} else {
		memcpy(out->text, e->text, OPERAND_MAX);
		out->s = out->text;
	}
	advance(e);
}

static bool
compare(const char *op, const char *a, const char *b)
{
	int d;

	if (op[0] == '=')
		return strcmp(a, b) == 0;
	if (op[0] == '!')
		return strcmp(a, b) != 0;
	d = version_compare(a, b);
	if (op[0] == '<')
		return d < 0 || (d == 0 && op[1] == '=');
	return d > 0 || (d == 0 && op[1] == '=');
}

/* `in` is the current token. */
static bool
parse_in(struct expr *e, const char *left, bool matters)
{
	struct operand item;
	char close;
	bool found = false;

	advance(e);
	if (e->token != OPEN) {
		fail(e, e->at, MESSAGE("expr_list"));
		return false;
	}
	close = e->text[0] == '(' ? ')' : ']';
	do {
		advance(e);
		parse_operand(e, matters, &item);
		found |= strcmp(left, item.s) == 0;
	} while (e->error == NULL && e->token == COMMA);
	if (e->token != CLOSE || e->text[0] != close)
		fail(e, e->at, MESSAGE("expr_list_open"));
	advance(e);
	return found;
}

static bool
parse_compare(struct expr *e, bool matters)
{
	struct operand left, right;
	char op[3];
	bool result;

	if (e->token == OPEN && e->text[0] == '(') {
		advance(e);
		result = parse_or(e, matters);
		if (e->token != CLOSE || e->text[0] != ')')
			fail(e, e->at, MESSAGE("expr_parenthesis"));
		advance(e);
		return result;
	}
	parse_operand(e, matters, &left);
	if (is_keyword(e, "in"))
		return parse_in(e, left.s, matters);
	if (is_keyword(e, "not")) {
		advance(e);
		if (!is_keyword(e, "in")) {
			fail(e, e->at, MESSAGE("expr_not_in"));
			return false;
		}
		return !parse_in(e, left.s, matters);
	}
	if (e->token != OP)
		return strcmp(left.s, "true") == 0;
	memcpy(op, e->text, sizeof(op));
	advance(e);
	parse_operand(e, matters, &right);
	return compare(op, left.s, right.s);
}

static bool
parse_not(struct expr *e, bool matters)
{
	bool result;

	if (++e->depth > DEPTH_MAX) {
		fail(e, e->at, MESSAGE("expr_deep"));
		e->depth--;
		return false;
	}
	if (e->error != NULL) {
		result = false;
	} else if (is_keyword(e, "not")) {
		advance(e);
		result = !parse_not(e, matters);
	} else {
		result = parse_compare(e, matters);
	}
	e->depth--;
	return result;
}

static bool
parse_and(struct expr *e, bool matters)
{
	bool result = parse_not(e, matters);

	while (e->error == NULL && is_keyword(e, "and")) {
		advance(e);
		result &= parse_not(e, matters && result);
	}
	return result;
}

static bool
parse_or(struct expr *e, bool matters)
{
	bool result = parse_and(e, matters);

	while (e->error == NULL && is_keyword(e, "or")) {
		advance(e);
		result |= parse_and(e, matters && !result);
	}
	return result;
}

static bool
parse(struct expr *e, const char *text)
{
	bool result;

	e->s = text;
	advance(e);
	if (e->token == END)
		fail(e, 0, MESSAGE("expr_empty"));
	result = parse_or(e, true);
	if (e->error == NULL && e->token != END)
		fail(e, e->at, MESSAGE("expr_more"));
	return result;
}

const char *
expr_check(const char *text, size_t *ret_at)
{
	struct expr e = { 0 };

	parse(&e, text);
	if (e.error != NULL)
		*ret_at = e.error_at;
	return e.error;
}

void
expr_names(const char *text, void (*name)(void *ctx, const char *s), void *ctx)
{
	struct expr e = { .name = name, .ctx = ctx };

	parse(&e, text);
}

bool
expr_eval(const char *text, value_fn value, void *ctx, bool *ret)
{
	struct expr e = { .value = value, .ctx = ctx };
	bool result = parse(&e, text);

	if (e.error != NULL || e.missing)
		return false;
	*ret = result;
	return true;
}

void
expr_rename_steps(const char *text,
    const char *(*rename)(void *ctx, const char *step), void *ctx,
    struct buf *out)
{
	struct expr e = { .rename = rename, .ctx = ctx, .renamed = out };

	parse(&e, text);
	buf_puts(out, text + e.copied);
}

const char *
expr_fact(const char *name, char step[EXPR_STEP_MAX])
{
	const char *open = strchr(name, '(');

	if (open == NULL)
		return NULL;
	snprintf(
	    step, EXPR_STEP_MAX, "%.*s", (int)strcspn(open + 1, ")"), open + 1);
	for (size_t i = 0; facts[i] != NULL; i++)
		if (text_starts(name, facts[i]) &&
		    open == name + strlen(facts[i]))
			return facts[i];
	return NULL;
}

const char *
expr_fact_value(const char *fact, enum state state, int64_t attempts)
{
	bool done = state_in(state, IN(SUCCEEDED) | IN(CONFIRMED));
	bool holds = strcmp(fact, "succeeded") == 0 ? done
	    : strcmp(fact, "skipped") == 0
	    ? state == STATE_SKIPPED
	    : done || attempts > 0 || state == STATE_AWAITING_SIGNATURE;

	return holds ? "true" : "false";
}
