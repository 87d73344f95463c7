/*
 * autolink.c: makes links of bare addresses, and fixes line breaks in Chinese
 * text.
 *
 * Addresses are found in the texts of the finished tree, by the rules of GFM's
 * extension: “www.”, “http://” and “https://”, mail addresses.  md4c could do
 * it, but its versions differ, and 0.4.8 may enter such a link and never leave
 * it.  Beyond GFM an address may stand directly behind a Chinese character, and
 * it ends before Chinese punctuation, or before the first Chinese character if
 * it has no path yet: “访问http://x:80，然后”. A line break in the source is no
 * blank between two Chinese characters, and a line that begins with “2、”
 * begins a line on the page as well.
 */
#include <string.h>
#include <strings.h>

#include "compiler/parse/autolink.h"
#include "compiler/parse/cjk.h"
#include "compiler/parse/parse.h"

/* A link found in a text. */
struct link {
	size_t from, to;
	const char *prefix; /* of its address */
};

static bool
is_alnum(char c)
{
	return (c >= '0' && c <= '9') ||
	    ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static size_t
domain_end(const char *s, size_t len, size_t at)
{
	while (at < len && (is_alnum(s[at]) || strchr("-_.", s[at]) != NULL))
		at++;
	return at;
}

/* No underscore in the last two of its parts; `dots` at least. */
static bool
is_domain(const char *s, size_t len, int dots)
{
	int parts = 0;

	while (len > 0 && s[len - 1] == '.')
		len--;
	if (len == 0 || !is_alnum(s[0]))
		return false;
	for (size_t i = len; i-- > 0;) {
		if (s[i] == '.')
			parts++;
		else if (s[i] == '_' && parts < 2)
			return false;
	}
	return parts >= dots;
}

/* The end of the address, before trailing text. */
static size_t
address_end(const char *s, size_t len, size_t at)
{
	bool path = false;
	uint32_t cp;

	for (; at < len; at++) {
		if (((unsigned char)s[at] & 0xc0) == 0x80)
			continue;
		cp = cjk_at(s, len, at);
		path |= s[at] == '/' || s[at] == '?' || s[at] == '#';
		if ((unsigned char)s[at] <= ' ' || s[at] == '<' ||
		    cjk_is_punctuation(cp) || (!path && cjk_is_letter(cp)))
			break;
	}
	return at;
}

/* The start of a trailing entity such as “&lt;”; otherwise the end. */
static size_t
before_entity(const char *s, size_t from, size_t to)
{
	size_t i = to - 1;

	while (i > from && is_alnum(s[i - 1]))
		i--;
	return i > from && i < to - 1 && s[i - 1] == '&' ? i - 1 : to - 1;
}

/*
 * Trailing punctuation belongs to the sentence, as does a parenthesis that was
 * not opened within.
 */
static size_t
trim_end(const char *s, size_t from, size_t to)
{
	while (to > from) {
		int open = 0;

		if (strchr("?!.,:*_~'\"", s[to - 1]) != NULL) {
			to--;
		} else if (s[to - 1] == ';') {
			to = before_entity(s, from, to);
		} else if (s[to - 1] == ')') {
			for (size_t i = from; i < to; i++)
				open += s[i] == '(' ? 1 : s[i] == ')' ? -1 : 0;
			if (open >= 0)
				break;
			to--;
		} else {
			break;
		}
	}
	return to;
}

static bool
find_url(const char *s, size_t len, size_t at, struct link *ret)
{
	static const struct {
		const char *begin, *prefix;
		int dots;
	} kinds[] = { { "https://", "", 0 }, { "http://", "", 0 },
		{ "www.", "http://", 1 } };
	size_t host, end;

	if (at > 0 && (is_alnum(s[at - 1]) || s[at - 1] == '<'))
		return false; /* <http://x y> is no link */
	for (size_t i = 0; i < 3; i++) {
		size_t n = strlen(kinds[i].begin);

		if (len - at < n || strncasecmp(s + at, kinds[i].begin, n) != 0)
			continue;
		host = kinds[i].dots > 0 ? at : at + n;
		end = domain_end(s, len, host);
		if (!is_domain(s + host, end - host, kinds[i].dots))
			return false;
		ret->from = at;
		ret->to = trim_end(s, at, address_end(s, len, end));
		ret->prefix = kinds[i].prefix;
		return ret->to > host;
	}
	return false;
}

/* A mail address around the “@”; `least`: earliest start. */
static bool
find_mail(const char *s, size_t len, size_t at, size_t least, struct link *ret)
{
	size_t from = at, end = domain_end(s, len, at + 1);

	while (from > least &&
	    (is_alnum(s[from - 1]) || strchr(".-_+", s[from - 1]) != NULL))
		from--;
	while (end > at + 1 && s[end - 1] == '.')
		end--;
	if (from == at || end == at + 1 || !is_alnum(s[at + 1]) ||
	    s[end - 1] == '-' || s[end - 1] == '_' ||
	    memchr(s + at + 1, '.', end - at - 1) == NULL)
		return false;
	ret->prefix = "mailto:";
	if (from >= least + 7 && strncasecmp(s + from - 7, "mailto:", 7) == 0) {
		from -= 7;
		ret->prefix = "";
	} else if (from > least && strchr("/:", s[from - 1]) != NULL) {
		return false; /* xmpp:a@b.c, a path */
	}
	ret->from = from;
	ret->to = end;
	return true;
}

static bool
find_link(const char *s, size_t len, size_t from, struct link *ret)
{
	for (size_t i = from; i < len; i++) {
		if ((s[i] | 0x20) == 'h' || (s[i] | 0x20) == 'w') {
			if (find_url(s, len, i, ret))
				return true;
		} else if (s[i] == '@' && find_mail(s, len, i, from, ret)) {
			return true;
		}
	}
	return false;
}

/* A new text node behind n with [from, to) of its text. */
static struct node *
new_text(struct parse *p, const struct node *n, size_t from, size_t to)
{
	struct node *text = node_new(p, NODE_TEXT);

	text->text = n->text + from;
	text->len = to - from;
	text->at = n->at + from;
	text->end = n->at + to;
	return text;
}

static struct node *
put_behind(struct node *n, struct node *new)
{
	new->parent = n->parent;
	new->next = n->next;
	n->next = new;
	if (n->parent->last == n)
		n->parent->last = new;
	return new;
}

/* Splits the text at the link; returns the text behind it. */
static struct node *
make_link(struct parse *p, struct node *n, const struct link *l)
{
	struct node *a = node_new(p, NODE_A), *rest;
	size_t len = n->len;

	a->text = arena_printf(p->arena, "%s%.*s", l->prefix,
	    (int)(l->to - l->from), n->text + l->from);
	a->at = n->at + l->from;
	a->end = n->at + l->to;
	node_append(a, new_text(p, n, l->from, l->to));
	rest = put_behind(put_behind(n, a), new_text(p, n, l->to, len));
	n->len = l->from;
	n->end = n->at + l->from;
	return rest;
}

static bool
is_cjk(uint32_t cp)
{
	return cjk_is_letter(cp) || cjk_is_punctuation(cp);
}

/* “2、”, “（2）”, “②” */
static bool
is_numbered(const char *s, size_t len)
{
	uint32_t first = cjk_at(s, len, 0);
	size_t at = first == 0xff08 ? 3 : 0, digits = 0;
	uint32_t behind;

	if (first >= 0x2460 && first <= 0x2473)
		return true;
	while (
	    at + digits < len && s[at + digits] >= '0' && s[at + digits] <= '9')
		digits++;
	behind = cjk_at(s, len, at + digits);
	return digits > 0 && digits <= 3 &&
	    behind == (at > 0 ? 0xff09 : 0x3001);
}

/* Converts the break between two texts, now that both are known. */
static void
mend_break(
    struct node *softbr, const struct node *before, const struct node *behind)
{
	if (is_numbered(behind->text, behind->len)) {
		softbr->type = NODE_BR;
	} else if (is_cjk(cjk_before(before->text, before->len)) &&
	    is_cjk(cjk_at(behind->text, behind->len, 0))) {
		softbr->type = NODE_TEXT;
		softbr->len = 0;
	}
}

/* Visits the texts within n in order. */
static void
walk_breaks(struct node *n, struct node **text, struct node **softbr)
{
	if (n->type == NODE_SOFTBR) {
		*softbr = *text != NULL ? n : NULL;
	} else if (n->type == NODE_TEXT && n->len > 0) {
		if (*softbr != NULL)
			mend_break(*softbr, *text, n);
		*text = n;
		*softbr = NULL;
	} else if (n->type == NODE_BR || n->type == NODE_ENTITY) {
		*text = *softbr = NULL;
	}
	for (struct node *c = n->first; c != NULL; c = c->next)
		walk_breaks(c, text, softbr);
}

void
autolink_all(struct parse *p, struct node *n)
{
	struct node *text = NULL, *softbr = NULL;
	struct link l;

	if (n->type == NODE_P || n->type == NODE_TH || n->type == NODE_TD ||
	    n->type == NODE_H)
		walk_breaks(n, &text, &softbr);
	for (struct node *c = n->first; c != NULL; c = c->next) {
		while (
		    c->type == NODE_TEXT && find_link(c->text, c->len, 0, &l))
			c = make_link(p, c, &l);
		if (c->type != NODE_A && c->type != NODE_IMG &&
		    c->type != NODE_CODESPAN && c->type != NODE_CODE)
			autolink_all(p, c);
	}
}
