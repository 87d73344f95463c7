/*
 * slug.c: the text of nodes without markup: entities and titles.
 *
 * Numeric entities are decoded, and common named ones; others stay unchanged,
 * as the browser knows them all.
 */
#include <string.h>

#include "compiler/parse/slug.h"
#include "compiler/parse/parse.h"
#include "base/text.h"

static uint32_t
read_number(const char *s, size_t len)
{
	unsigned base = 10, digit;
	uint32_t n = 0;
	size_t i = 2; /* behind &# */

	if (s[i] == 'x' || s[i] == 'X') {
		base = 16;
		i++;
	}
	for (; i + 1 < len; i++) {
		char c = s[i] | 0x20;

		digit = c >= 'a' ? (unsigned)(c - 'a' + 10)
				 : (unsigned)(s[i] - '0');
		if (digit >= base || n > 0x10ffff)
			return 0;
		n = n * base + digit;
	}
	return n;
}

/* Decodes "&amp;" or "&#65;".  False: a named one that is unknown here. */
bool
text_entity(const char *s, size_t len, char out[8], size_t *ret_len)
{
	static const struct {
		const char *name;
		uint32_t cp;
	} known[] = {
		{ "&amp;", '&' },
		{ "&lt;", '<' },
		{ "&gt;", '>' },
		{ "&quot;", '"' },
		{ "&apos;", '\'' },
		{ "&nbsp;", 0xa0 },
		{ "&colon;", ':' },
		{ "&Tab;", '\t' },
		{ "&NewLine;", '\n' },
		{ "&hellip;", 0x2026 },
		{ "&mdash;", 0x2014 },
		{ "&ndash;", 0x2013 },
		{ "&rarr;", 0x2192 },
		{ "&larr;", 0x2190 },
		{ "&copy;", 0xa9 },
		{ "&times;", 0xd7 },
		{ "&lbrace;", '{' },
		{ "&rbrace;", '}' },
		{ "&lcub;", '{' },
		{ "&rcub;", '}' },
		{ "&lpar;", '(' },
		{ "&rpar;", ')' },
	};

	if (len > 3 && s[1] == '#') {
		*ret_len = text_utf8_put(read_number(s, len), out);
		return true;
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strlen(known[i].name) == len &&
		    memcmp(known[i].name, s, len) == 0) {
			*ret_len = text_utf8_put(known[i].cp, out);
			return true;
		}
	return false;
}

/* Appends with runs of blanks as one. */
static void
put_plain(struct buf *out, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		bool blank = s[i] == ' ' || s[i] == '\t' || s[i] == '\n' ||
		    s[i] == '\r';

		if (!blank)
			buf_putc(out, s[i]);
		else if (out->len > 0 && out->data[out->len - 1] != ' ')
			buf_putc(out, ' ');
	}
}

static void
collect(const struct node *n, struct buf *out)
{
	char bytes[8];
	size_t len;

	if (out->len > TITLE_MAX * 8)
		return;
	if (n->type == NODE_TEXT)
		put_plain(out, n->text, n->len);
	else if (n->type == NODE_BR || n->type == NODE_SOFTBR)
		put_plain(out, " ", 1);
	else if (n->type == NODE_ENTITY &&
	    text_entity(n->text, n->len, bytes, &len))
		put_plain(out, bytes, len);
	else if (n->type == NODE_ENTITY)
		put_plain(out, n->text, n->len);
	for (const struct node *c = n->first; c != NULL; c = c->next)
		collect(c, out);
}

/* The end of a title of at most TITLE_MAX characters, between words. */
static size_t
title_end(const char *s, size_t len)
{
	size_t i = 0, word = 0, characters = 0;

	while (i < len && characters <= TITLE_MAX) {
		if (s[i] == ' ')
			word = i;
		if (++characters > TITLE_MAX)
			break;
		for (i++; i < len && ((unsigned char)s[i] & 0xc0) == 0x80; i++)
			;
	}
	if (i >= len)
		return len;
	return word > 0 ? word : i;
}

/*
 * The text of a node as a title: one line, at most TITLE_MAX characters,
 * without a final colon. "" if there is none.
 */
char *
text_title(struct parse *p, const struct node *n)
{
	struct buf out = { 0 };
	size_t end;
	char *title;

	collect(n, &out);
	end = title_end(buf_text(&out), out.len);
	while (end > 0) {
		const char *s = out.data;

		if (s[end - 1] == ' ' || s[end - 1] == ':')
			end--;
		else if (end >= 3 && memcmp(s + end - 3, "：", 3) == 0)
			end -= 3;
		else
			break;
	}
	title = arena_strndup(p->arena, buf_text(&out), end);
	buf_clear(&out);
	return title;
}

/* The title is all of the node's text. */
bool
text_is_title(const struct node *n)
{
	struct buf out = { 0 };
	bool whole;

	collect(n, &out);
	whole = title_end(buf_text(&out), out.len) == out.len;
	buf_clear(&out);
	return whole;
}
