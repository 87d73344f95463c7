/*
 * render.c: nodes as HTML.
 *
 * Text of the document reaches the page only as text or as the address of a
 * link with an allowed scheme: raw HTML is text.  An address is filled in with
 * values first, then checked, then escaped, so that no value can turn it into a
 * script.  Pictures become links: the page fetches nothing from other servers.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "compiler/render.h"
#include "base/catalogue.h"
#include "base/text.h"
#include "lang/plan_scope.h"
#include "compiler/parse/node.h"
#include "compiler/parse/slug.h"
#include "lang/values.h"

#define SHORT_CELL 18 /* columns */

struct page {
	struct buf *out;
	const char *lang;
	value_fn value;
	void *ctx;
	bool in_link;
	bool in_code;
};

static void
escape(struct buf *out, const char *s, size_t len)
{
	size_t from = 0;

	for (size_t i = 0; i < len; i++) {
		const char *as;

		switch (s[i]) {
		case '&':
			as = "&amp;";
			break;
		case '<':
			as = "&lt;";
			break;
		case '>':
			as = "&gt;";
			break;
		case '"':
			as = "&quot;";
			break;
		case '\'':
			as = "&#39;";
			break;
		default:
			continue;
		}
		buf_put(out, s + from, i - from);
		buf_puts(out, as);
		from = i + 1;
	}
	buf_put(out, s + from, len - from);
}

/* Escapes, and shows characters that hide or reorder text by number. */
static void
escape_visibly(struct buf *out, const char *s, size_t len)
{
	size_t from = 0, n;
	uint32_t cp;

	for (size_t i = 0; i < len; i += n) {
		n = 1;
		if ((unsigned char)s[i] < 0x80)
			continue;
		n = text_utf8_next(s + i, len - i, &cp);
		if (n == 0) {
			n = 1;
			continue;
		}
		if (!text_is_deceptive(cp))
			continue;
		escape(out, s + from, i - from);
		buf_printf(
		    out, "<span class=\"cp\">U+%04X</span>", (unsigned)cp);
		from = i + n;
	}
	escape(out, s + from, len - from);
}

static void
put_text(struct page *page, const char *s, size_t len)
{
	size_t from = 0, at = 0, n;
	char name[65];
	const char *value;

	while (page->value != NULL && values_next(s, len, &at, &n, name)) {
		value = page->value(page->ctx, name);
		if (value != NULL) {
			if (page->in_code)
				escape_visibly(page->out, s + from, at - from);
			else
				escape(page->out, s + from, at - from);
			escape_visibly(page->out, value, strlen(value));
			from = at + n;
		}
		at += n;
	}
	if (page->in_code)
		escape_visibly(page->out, s + from, len - from);
	else
		escape(page->out, s + from, len - from);
}

/* Encodes blanks, and backslashes, which browsers take for slashes. */
static void
encode_address(struct buf *url)
{
	struct buf out = { 0 };

	for (size_t i = 0; i < url->len; i++)
		if (url->data[i] == ' ' || url->data[i] == '\\')
			buf_puts(&out, url->data[i] == ' ' ? "%20" : "%5C");
		else
			buf_putc(&out, url->data[i]);
	buf_clear(url);
	*url = out;
}

/* The address with its values filled in. */
static void
fill_address(const struct page *page, const char *s, struct buf *ret)
{
	size_t len = strlen(s), from = 0, at = 0, n;
	char name[65];
	const char *value;

	while (page->value != NULL && values_next(s, len, &at, &n, name)) {
		if ((value = page->value(page->ctx, name)) != NULL) {
			buf_put(ret, s + from, at - from);
			buf_puts(ret, value);
			from = at + n;
		}
		at += n;
	}
	buf_put(ret, s + from, len - from);
	encode_address(ret);
}

static bool
is_allowed(const char *url)
{
	static const char *const schemes[] = { "https", "http", "mailto" };
	size_t n;

	for (const char *s = url; *s != '\0'; s++)
		if ((unsigned char)*s <= ' ' || *s == 0x7f || *s == '\\')
			return false;
	n = strcspn(url, ":/?#");
	if (url[n] != ':')
		return strncmp(url, "//", 2) != 0;
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (strlen(schemes[i]) == n &&
		    strncasecmp(url, schemes[i], n) == 0)
			return true;
	return false;
}

static void put_nodes(struct page *page, const struct node *n);

static void
put_link(struct page *page, const struct node *n)
{
	struct buf url = { 0 };
	bool linked;

	fill_address(page, n->text, &url);
	linked = !page->in_link && is_allowed(buf_text(&url));
	if (linked) {
		buf_puts(page->out, "<a rel=\"noopener noreferrer\" href=\"");
		escape(page->out, buf_text(&url), url.len);
		buf_puts(page->out, "\">");
		page->in_link = true;
	}
	put_nodes(page, n);
	if (n->first == NULL)
		escape_visibly(page->out, buf_text(&url), url.len);
	if (linked) {
		buf_puts(page->out, "</a>");
		page->in_link = false;
	}
	buf_clear(&url);
}

static void
put_item(struct page *page, const struct node *n)
{
	buf_puts(page->out, n->continued ? "<li class=\"continued\">" : "<li>");
	if (n->task)
		buf_puts(page->out, n->checked ? "☑ " : "☐ ");
	put_nodes(page, n);
	buf_puts(page->out, "</li>\n");
}

static void
put_ordered(struct page *page, const struct node *n)
{
	if (n->number != 1)
		buf_printf(page->out, "<ol start=\"%d\">\n", n->number);
	else
		buf_puts(page->out, "<ol>\n");
	put_nodes(page, n);
	buf_puts(page->out, "</ol>\n");
}

static void
put_code(struct page *page, const struct node *n)
{
	buf_puts(page->out, "<pre><code");
	if (n->lang != NULL && n->lang[0] != '\0') {
		buf_puts(page->out, " class=\"language-");
		escape(page->out, n->lang, strlen(n->lang));
		buf_putc(page->out, '"');
	}
	buf_putc(page->out, '>');
	page->in_code = true;
	put_text(page, n->text, n->len);
	page->in_code = false;
	buf_puts(page->out, "</code></pre>\n");
}

static void
put_quote(struct page *page, const struct node *n)
{
	char key[32];

	if (n->alert == NULL) {
		buf_puts(page->out, "<blockquote>\n");
		put_nodes(page, n);
		buf_puts(page->out, "</blockquote>\n");
		return;
	}
	snprintf(key, sizeof(key), "alert_%s", n->alert);
	buf_printf(page->out,
	    "<div class=\"alert alert-%s\"><p class=\""
	    "alert-title\">%s</p>\n",
	    n->alert, catalogue_text(page->lang, key));
	put_nodes(page, n);
	buf_puts(page->out, "</div>\n");
}

/* The columns that the texts within take on one line; a Chinese character
 * takes two. */
static size_t
count_columns(const struct node *n)
{
	size_t columns = 0;

	for (const struct node *c = n->first; c != NULL; c = c->next) {
		for (size_t i = 0; c->type == NODE_TEXT && i < c->len; i++)
			columns += ((unsigned char)c->text[i] & 0xc0) != 0x80 ||
			    ((unsigned char)c->text[i - 1] & 0xf0) >= 0xe0;
		columns += count_columns(c);
	}
	return columns;
}

/* A short cell stays on one line, a long one gets room for some words. */
static void
put_cell(struct page *page, const struct node *n)
{
	static const char *const aligns[] = { "", " left", " center",
		" right" };
	bool head = n->type == NODE_TH;

	buf_printf(page->out, "<%s class=\"%s%s\">", head ? "th" : "td",
	    count_columns(n) > SHORT_CELL ? "long" : "short",
	    aligns[n->number & 3]);
	put_nodes(page, n);
	buf_puts(page->out, head ? "</th>" : "</td>");
}

/* A row whose first cell is struck out is struck out whole. */
static void
put_row(struct page *page, const struct node *n)
{
	const struct node *cell = n->first;
	bool struck = cell != NULL && cell->first != NULL &&
	    cell->first == cell->last && cell->first->type == NODE_DEL;

	buf_puts(page->out, struck ? "<tr class=\"struck\">" : "<tr>");
	put_nodes(page, n);
	buf_puts(page->out, "</tr>\n");
}

static void
put_entity(struct page *page, const struct node *n)
{
	char bytes[8];
	size_t len;

	if (text_entity(n->text, n->len, bytes, &len))
		escape_visibly(page->out, bytes, len);
	else
		buf_put(page->out, n->text, n->len); /* &name; alone */
}

static const struct {
	const char *open, *close;
} tags[] = {
	[NODE_UL] = { "<ul>\n", "</ul>\n" },
	[NODE_TABLE] = { "<div class=\"table-wrap\" tabindex=\"0\"><table>\n",
	    "</table></div>\n" },
	[NODE_THEAD] = { "<thead>\n", "</thead>\n" },
	[NODE_TBODY] = { "<tbody>\n", "</tbody>\n" },
	[NODE_H] = { "<p class=\"heading\">", "</p>\n" },
	[NODE_EM] = { "<em>", "</em>" },
	[NODE_STRONG] = { "<strong>", "</strong>" },
	[NODE_DEL] = { "<del>", "</del>" },
	[NODE_BR] = { "<br>\n", "" },
	[NODE_SOFTBR] = { "\n", "" },
	[NODE_HR] = { "<hr>\n", "" },
};

static void
put_tagged(struct page *page, const struct node *n)
{
	if (n->type < sizeof(tags) / sizeof(tags[0]) &&
	    tags[n->type].open != NULL)
		buf_puts(page->out, tags[n->type].open);
	put_nodes(page, n);
	if (n->type < sizeof(tags) / sizeof(tags[0]) &&
	    tags[n->type].close != NULL)
		buf_puts(page->out, tags[n->type].close);
}

static void
put_node(struct page *page, const struct node *n)
{
	switch (n->type) {
	case NODE_TEXT:
		put_text(page, n->text, n->len);
		break;
	case NODE_ENTITY:
		put_entity(page, n);
		break;
	case NODE_P:
		buf_puts(page->out, n->tight ? "" : "<p>");
		put_nodes(page, n);
		buf_puts(page->out, n->tight ? "" : "</p>\n");
		break;
	case NODE_CODESPAN:
		page->in_code = true;
		buf_puts(page->out, "<code>");
		put_nodes(page, n);
		buf_puts(page->out, "</code>");
		page->in_code = false;
		break;
	case NODE_OL:
		put_ordered(page, n);
		break;
	case NODE_LI:
		put_item(page, n);
		break;
	case NODE_A:
	case NODE_IMG:
		put_link(page, n);
		break;
	case NODE_CODE:
		put_code(page, n);
		break;
	case NODE_QUOTE:
		put_quote(page, n);
		break;
	case NODE_TR:
		put_row(page, n);
		break;
	case NODE_TH:
	case NODE_TD:
		put_cell(page, n);
		break;
	default:
		put_tagged(page, n);
	}
}

static void
put_nodes(struct page *page, const struct node *n)
{
	for (n = n->first; n != NULL; n = n->next)
		put_node(page, n);
}

void
runbook_render(const struct plan *plan, const struct item *item,
    const char *lang, value_fn value, void *ctx, struct buf *out)
{
	struct plan_place at = { plan, item->section, value, ctx };
	struct page page = { .out = out, .lang = lang, .ctx = &at };

	if (value != NULL || plan->sections[item->section].bound != NULL)
		page.value = plan_text_at;
	if (item->nodes != NULL)
		put_node(&page, item->nodes);
}
