/*
 * pieces.c: a sentence as names and the words between them.
 *
 * Authors mark files, commands and values as code.  Those who write Chinese
 * often do not: there a word of ASCII letters is a name all the same.
 */
#include <string.h>

#include "import/pieces.h"
#include "base/buf.h"
#include "base/text.h"
#include "import/import_own.h"

/* The text that is being read. */
struct reading {
	struct import *im;
	struct pieces *out;
	struct buf words; /* since the last name */
	bool chinese;
	bool full;
};

static void
put_name(struct reading *r, const char *s, size_t len, bool code)
{
	struct piece *piece;

	if (r->out->count == PIECES_MAX) {
		r->full = true;
		return;
	}
	piece = &r->out->all[r->out->count++];
	piece->before = arena_strdup(r->im->p.arena, buf_text(&r->words));
	piece->name = arena_strndup(r->im->p.arena, s, len);
	piece->code = code;
	piece->prompted = false;
	buf_reset(&r->words);
}

static size_t
ascii_word(const char *s, const char *end)
{
	size_t n = 0;

	while (s + n < end && s[n] > ' ' && s[n] < 0x7f &&
	    strchr(",;()[]\"'", s[n]) == NULL)
		n++;
	while (n > 0 && strchr(".:!?", s[n - 1]) != NULL)
		n--;
	return n;
}

static void
read_text(struct reading *r, const char *s, size_t len)
{
	const char *end = s + len;
	size_t n;

	while (s < end) {
		n = r->chinese ? ascii_word(s, end) : 0;
		if (n > 1) {
			put_name(r, s, n, false);
			s += n;
		} else {
			buf_putc(&r->words, *s++);
		}
	}
}

static void
put_code(struct reading *r, const struct node *n)
{
	struct buf text = { 0 };
	size_t prompt;

	for (const struct node *c = n->first; c != NULL; c = c->next) {
		if (c->type == NODE_TEXT)
			buf_put(&text, c->text, c->len);
		else
			buf_putc(&text, ' ');
	}
	prompt = text_starts(buf_text(&text), "$ ") ? 2 : 0;
	put_name(r, buf_text(&text) + prompt, text.len - prompt, true);
	if (!r->full)
		r->out->all[r->out->count - 1].prompted = prompt > 0;
	buf_clear(&text);
}

static void
read_nodes(struct reading *r, const struct node *n)
{
	for (; n != NULL; n = n->next) {
		if (n->type == NODE_CODESPAN)
			put_code(r, n);
		else if (n->type == NODE_TEXT)
			read_text(r, n->text, n->len);
		else if (n->type == NODE_SOFTBR || n->type == NODE_BR)
			buf_putc(&r->words, '\n');
		else if (n->type > NODE_TD)
			read_nodes(r, n->first);
	}
}

static bool
is_chinese(const struct node *n)
{
	for (; n != NULL; n = n->next) {
		if ((n->type == NODE_TEXT &&
			text_has_chinese(n->text, n->len)) ||
		    is_chinese(n->first))
			return true;
	}
	return false;
}

bool
pieces_read(struct import *im, const struct node *n, struct pieces *ret)
{
	struct reading r = { .im = im, .out = ret };

	ret->count = 0;
	r.chinese = is_chinese(n->first);
	read_nodes(&r, n->first);
	ret->after = arena_strdup(im->p.arena, buf_text(&r.words));
	buf_clear(&r.words);
	return !r.full;
}

bool
pieces_read_text(struct import *im, const char *s, struct pieces *ret)
{
	struct node text = { .type = NODE_TEXT, .text = s, .len = strlen(s) };
	struct node n = { .type = NODE_P, .first = &text };

	return pieces_read(im, &n, ret);
}

const char *
pieces_behind(const struct pieces *p, size_t i)
{
	return i + 1 < p->count ? p->all[i + 1].before : p->after;
}

bool
pieces_refuse(const struct pieces *p)
{
	static const char *const words[] = { "不要", "切勿", "不能", "不需要",
		"无需", "not ", "如果", "若", "或", " or ", " if ", NULL };

	for (size_t i = 0; i <= p->count; i++)
		if (pieces_has(
			i < p->count ? p->all[i].before : p->after, words))
			return true;
	return false;
}

bool
pieces_has(const char *text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcasestr(text, *words) != NULL)
			return true;
	return false;
}
