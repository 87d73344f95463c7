/*
 * blocks_html.c: raw HTML in a document, as other readers of Markdown see it.
 *
 * It is text for us.  A fence within it is code here and hidden or plain there,
 * so blocks.c marks such blocks.
 */
#include <string.h>
#include <strings.h>

#include "compiler/parse/blocks_html.h"

/* Tags that begin a block of HTML up to a blank line, after any text. */
static const char *const html_tags[] = { "address", "article", "aside",
	"blockquote", "body", "center", "dd", "details", "dialog", "div", "dl",
	"dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2",
	"h3", "h4", "h5", "h6", "header", "hr", "html", "iframe", "li", "main",
	"menu", "nav", "ol", "option", "p", "section", "summary", "table",
	"tbody", "td", "tfoot", "th", "thead", "title", "tr", "ul", NULL };

static const struct {
	const char *begin, *end;
} html_spans[] = {
	{ "<!--", "-->" },
	{ "<?", "?>" },
	{ "<![CDATA[", "]]>" },
	{ "<script", "</script>" },
	{ "<pre", "</pre>" },
	{ "<style", "</style>" },
	{ "<textarea", "</textarea>" },
};

/*
 * The text that ends the block of HTML which the line opens in other readers,
 * or NULL.
 */
static const char *
html_opened(const struct scan *c, size_t first, bool paragraph)
{
	const char *s = c->p->src + first, *end = c->p->src + c->end, *name;
	size_t n = 0;

	if (s == end || *s != '<')
		return NULL;
	for (size_t i = 0; i < sizeof(html_spans) / sizeof(*html_spans); i++)
		if (strncasecmp(s, html_spans[i].begin,
			strlen(html_spans[i].begin)) == 0)
			return html_spans[i].end;
	name = s + 1 + (s[1] == '/');
	while ((name[n] | 0x20) >= 'a' && (name[n] | 0x20) <= 'z')
		n++;
	if (name[n] >= '0' && name[n] <= '9')
		n++;
	for (size_t i = 0; html_tags[i] != NULL; i++)
		if (strlen(html_tags[i]) == n &&
		    strncasecmp(name, html_tags[i], n) == 0)
			return "";
	while (end > name && is_blank(end[-1]))
		end--;
	return n > 0 && !paragraph && end > name && end[-1] == '>' &&
		memchr(name, '>', (size_t)(end - 1 - name)) == NULL &&
		memchr(name, ':', (size_t)(end - name)) == NULL
	    ? ""
	    : NULL;
}

/* The line contains the end of the open HTML. */
static bool
ends_html(const struct scan *c, size_t from)
{
	size_t len = strlen(c->html_end);

	if (len == 0)
		return false;
	for (; from + len <= c->end; from++)
		if (strncasecmp(c->p->src + from, c->html_end, len) == 0)
			return true;
	return false;
}

/* Updates the state of open HTML of other readers. */
void
blocks_html_continue(struct scan *c, size_t matched)
{
	size_t first = c->at;

	while (first < c->end && is_blank(c->p->src[first]))
		first++;
	if (c->html_end != NULL &&
	    (matched < c->html_depth || ends_html(c, first) ||
		(first == c->end && !c->html_end[0])))
		c->html_end = NULL;
}

/* The line continues a comment. */
bool
blocks_html_is_comment(const struct scan *c, size_t matched)
{
	return c->html_end != NULL && strcmp(c->html_end, "-->") == 0 &&
	    matched >= c->html_depth;
}

void
blocks_html_begin(struct scan *c, size_t first, bool paragraph)
{
	if (c->html_end != NULL)
		return;
	c->html_end = html_opened(c, first, paragraph);
	c->html_depth = c->depth;
	if (c->html_end != NULL && ends_html(c, first + 2))
		c->html_end = NULL;
}
