/*
 * attribute.c: {#id .class key=value key="quoted \" value" flag}.
 *
 * Pandoc's syntax, parsed from the raw source.  A quote opens only directly
 * behind '='; inside quotes a backslash takes the quote behind it and otherwise
 * stands for itself, so that regular expressions need no other escapes.  Braces
 * count only at the very end of an info string, heading or item: all others are
 * text.
 */
#include <string.h>

#include "compiler/parse/attribute.h"
#include "base/text.h"
#include "compiler/parse/parse.h"
#include "compiler/parse/source.h"
#include "lang/regex.h"

#define BRACES_MAX 8192 /* bytes that attributes may take */
#define ATTRS_MAX 64

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Behind the closing quote of the value that opens at i; `to` for none. */
static size_t
skip_quoted(const char *s, size_t i, size_t to)
{
	char quote = s[i++];

	while (i < to && s[i] != quote)
		i += s[i] == '\\' && i + 1 < to ? 2 : 1;
	return i < to ? i + 1 : to;
}

/* Behind the brace that closes the one at `open`, or NOWHERE. */
static size_t
skip_braces(const char *s, size_t open, size_t to)
{
	size_t i = open + 1;

	while (i < to) {
		if (s[i] == '=' && i + 1 < to &&
		    (s[i + 1] == '"' || s[i + 1] == '\''))
			i = skip_quoted(s, i + 1, to);
		else if (s[i] == '{')
			return NOWHERE;
		else if (s[i++] == '}')
			return i;
	}
	return NOWHERE;
}

/*
 * Finds the final braces of the text [from, to): *ret_open is the opening one,
 * *ret_close the closing one.
 */
bool
attribute_find(const struct parse *p, size_t from, size_t to, size_t *ret_open,
    size_t *ret_close)
{
	const char *s = p->src;

	while (to > from && is_blank(s[to - 1]))
		to--;
	if (to - from < 2 || s[to - 1] != '}')
		return false;
	if (to - from > BRACES_MAX)
		from = to - BRACES_MAX;
	for (size_t i = from; i + 1 < to; i++) {
		if (s[i] != '{')
			continue;
		if (s[i + 1] == '{') {
			i++;
			continue;
		}
		if (skip_braces(s, i, to) != to)
			continue;
		*ret_open = i;
		*ret_close = to - 1;
		return true;
	}
	return false;
}

static size_t
word_end(const char *s, size_t i, size_t to)
{
	while (i < to && !is_blank(s[i]) && s[i] != '=')
		i++;
	return i;
}

/* The quoted text at [i, end), its quotes included. */
static char *
unquote(struct parse *p, size_t i, size_t end)
{
	char quote = p->src[i], *copy, *to;

	copy = to = arena_alloc(p->arena, end - i);
	for (i++; i + 1 < end; i++) {
		if (p->src[i] == '\\' && p->src[i + 1] == quote)
			i++;
		*to++ = p->src[i];
	}
	return copy;
}

/* Parses "=value" at i; returns the offset behind it. */
static size_t
read_value(struct parse *p, struct attr *a, size_t i, size_t to)
{
	size_t end;

	a->sort = '=';
	i++;
	a->value_at = i;
	if (i < to && (p->src[i] == '"' || p->src[i] == '\'')) {
		end = skip_quoted(p->src, i, to);
		a->value = unquote(p, i, end);
		a->value_at++;
		if (end < to && !is_blank(p->src[end]))
			report(p, SEVERITY_ERROR, end, "attribute_blank");
		while (end < to && !is_blank(p->src[end]))
			end++;
		return end;
	}
	for (end = i; end < to && !is_blank(p->src[end]); end++)
		;
	a->value = arena_strndup(p->arena, p->src + i, end - i);
	if (end == i) {
		a->sort = 0;
		report(p, SEVERITY_ERROR, i,
		    "attribute_no_value name=%s again=%s", a->name, a->name);
	}
	return end;
}

/* Letters, marks and digits of any script; no punctuation but "._-". */
static bool
is_step_id(const char *s)
{
	return text_is_step_id(s) &&
	    regex_full("[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N}._-]*", s) ==
	    MATCH_YES;
}

static size_t
read_one(struct parse *p, struct attr *a, size_t i, size_t to)
{
	size_t end;

	a->at = i;
	if (p->src[i] == '#' || p->src[i] == '.') {
		a->sort = p->src[i++];
		for (end = i; end < to && !is_blank(p->src[end]); end++)
			;
		a->name = arena_strndup(p->arena, p->src + i, end - i);
		if (a->sort == '#' ? is_step_id(a->name) : text_is_id(a->name))
			return end;
		report(p, SEVERITY_ERROR, a->at,
		    a->sort == '#' ? "attribute_no_id name=%s"
				   : "attribute_no_class name=%s",
		    a->name);
		a->sort = 0;
		return end;
	}
	end = word_end(p->src, i, to);
	a->name = arena_strndup(p->arena, p->src + i, end - i);
	a->sort = 'f';
	if (end == i) {
		report(p, SEVERITY_ERROR, i, "attribute_no_name");
		a->sort = 0;
		while (end < to && !is_blank(p->src[end]))
			end++;
		return end;
	}
	if (end < to && p->src[end] == '=')
		return read_value(p, a, end, to);
	return end;
}

void
attribute_read(struct parse *p, size_t open, size_t close, struct attrs *ret)
{
	struct attr list[ATTRS_MAX] = { 0 };
	size_t i = open + 1;

	ret->present = true;
	ret->at = open;
	ret->count = 0;
	for (;;) {
		while (i < close && is_blank(p->src[i]))
			i++;
		if (i >= close)
			break;
		if (ret->count == ATTRS_MAX) {
			report(p, SEVERITY_ERROR, i, "attribute_many count=%d",
			    ATTRS_MAX);
			break;
		}
		i = read_one(p, &list[ret->count++], i, close);
	}
	ret->list = arena_alloc(p->arena, (ret->count + 1) * sizeof(*list));
	memcpy(ret->list, list, ret->count * sizeof(*list));
}

/*
 * The word is a separate word within the braces, such as “pty” or “.example”;
 * errors in them are not reported here.
 */
bool
attribute_has_word(
    const struct parse *p, size_t open, size_t close, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = open + 1, end; i < close; i = end) {
		end = word_end(p->src, i, close);
		if (end - i == len && memcmp(p->src + i, word, len) == 0 &&
		    p->src[end] != '=')
			return true;
		if (end < close && p->src[end] == '=')
			end++;
		if (end < close && (p->src[end] == '"' || p->src[end] == '\''))
			end = skip_quoted(p->src, end, close);
		else
			while (end < close && !is_blank(p->src[end]))
				end++;
		while (end < close && is_blank(p->src[end]))
			end++;
	}
	return false;
}

/*
 * The first brace in [from, to) that opens apparent attributes: behind a blank,
 * followed by #id, .class or key=. NOWHERE for none.
 */
size_t
attribute_open(const struct parse *p, size_t from, size_t to)
{
	const char *s = p->src;
	size_t i, k;

	for (i = from; i + 2 < to; i++) {
		if (s[i] != '{' || (i > from && !is_blank(s[i - 1])))
			continue;
		k = i + 1;
		if ((s[k] == '#' || s[k] == '.') && s[k + 1] != '\0' &&
		    strchr("#.{}", s[k + 1]) == NULL && !is_blank(s[k + 1]))
			return i;
		while (k < to && ((s[k] >= 'a' && s[k] <= 'z') || s[k] == '-'))
			k++;
		if (k > i + 1 && k < to && s[k] == '=')
			return i;
	}
	return NOWHERE;
}

const struct attr *
attribute_get(const struct attrs *a, char sort, const char *name)
{
	for (size_t i = 0; i < a->count; i++)
		if (a->list[i].sort == sort &&
		    (name == NULL || strcmp(a->list[i].name, name) == 0))
			return &a->list[i];
	return NULL;
}

size_t
attribute_place(const struct origin *o, const char *name)
{
	for (size_t i = 0; i < o->attrs.count; i++) {
		const struct attr *a = &o->attrs.list[i];

		if (a->sort != '#' && a->sort != 0 &&
		    strcmp(a->name, name) == 0)
			return a->sort == '=' ? a->value_at : a->at;
	}
	return o->at;
}

/* Drops blanks and line breaks at the end of the node's text. */
static void
trim(struct node *n)
{
	struct node *c, *last;

	for (;;) {
		if ((last = n->last) == NULL)
			return;
		while (last->type == NODE_TEXT && last->len > 0 &&
		    is_blank(last->text[last->len - 1]))
			last->len--;
		if (last->type != NODE_BR && last->type != NODE_SOFTBR &&
		    !(last->type == NODE_TEXT && last->len == 0))
			return;
		for (c = n->first; c != last && c->next != last; c = c->next)
			;
		n->last = c != last ? c : NULL;
		if (n->last != NULL)
			n->last->next = NULL;
		else
			n->first = NULL;
	}
}

/* Removes the node's text from the offset on. */
static void
strip(struct node *n, size_t from)
{
	struct node *kept = NULL, *c;

	for (c = n->first; c != NULL && (c->at == NOWHERE || c->at < from);
	     c = c->next) {
		if (c->type == NODE_TEXT && c->at != NOWHERE &&
		    c->at + c->len > from)
			c->len = from - c->at;
		strip(c, from);
		kept = c;
	}
	n->last = kept;
	if (kept != NULL)
		kept->next = NULL;
	else
		n->first = NULL;
}

void
attribute_strip(struct node *n, size_t from)
{
	strip(n, from);
	trim(n);
}
