/*
 * front_matter.c: the front matter of a proposal: title and parameters.
 *
 * A foreign front matter is shown as a block of YAML below ours; one of our own
 * stays, and gets the parameters that it has not.
 */
#include <string.h>
#include <strings.h>

#include "import/front_matter.h"
#include "base/text.h"
#include "import/import_own.h"
#include "import/topics.h"
#include "compiler/parse/slug.h"
#include "compiler/parse/source.h"

/* A table of contents stands below it. */
static bool
is_contents(struct parse *p, const struct node *n)
{
	const char *title = text_title(p, n);

	return strcmp(title, "目录") == 0 ||
	    (strcasestr(title, "contents") != NULL && strlen(title) <= 20);
}

static const struct node *
first_heading(struct parse *p)
{
	for (const struct node *n = p->doc->first; n != NULL; n = n->next)
		if (n->type == NODE_H && n->first != NULL &&
		    !blocks_is_comment(p, n->at) && !is_contents(p, n))
			return n;
	return NULL;
}

/* That of a foreign front matter, the first heading, else the first line that
 * has text. */
static const char *
find_title(struct import *im)
{
	struct parse *p = &im->p;
	const struct node *h = first_heading(p);
	const char *title = p->runbook->plan.title != NULL
	    ? p->runbook->plan.title
	    : h != NULL ? text_title(p, h)
			: "";
	struct node text = { .type = NODE_TEXT };

	for (size_t i = 0; title[0] == '\0' && i < p->lines_count; i++) {
		size_t from = source_line_start(p, (int)i);
		size_t to = source_line_end(p, (int)i);

		if (from < p->body)
			from = p->body;
		while (from < to && strchr(" \t#>*-+=_`~", p->src[from]))
			from++;
		text.text = p->src + from;
		text.len = to > from ? to - from : 0;
		title = text_title(p, &text);
	}
	return title[0] != '\0' ? title : "Imported runbook";
}

static void
put_parameters(const struct import *im, struct buf *out)
{
	if (im->holes_count > 0)
		buf_puts(out, "parameters:\n");
	for (size_t i = 0; i < im->holes_count; i++) {
		const char *label = im->holes[i].label;

		if (im->holes[i].is_value)
			buf_printf(out,
			    "  %s: {default: \"%s\", pattern: '%s'}\n",
			    im->holes[i].name, label,
			    label[0] == '/' ? "/[A-Za-z0-9._/-]+"
					    : "[0-9][A-Za-z0-9._-]*");
		else if (im->holes[i].choices != NULL)
			buf_printf(out,
			    "  %s: {label: \"%s\", choices: [%s]}\n",
			    im->holes[i].name, label, im->holes[i].choices);
		else
			buf_printf(out, "  %s: {label: \"%s\"}\n",
			    im->holes[i].name, label);
	}
}

/* The front matter, once it is known which parameters there are: all of it, or
 * what a document's own has not. */
const char *
import_front_matter(struct import *im, bool old)
{
	const char *text;
	struct buf out = { 0 };

	if (!im->keep_front)
		buf_puts(&out, "---\ntitle: \"");
	for (const char *s = im->keep_front ? "" : find_title(im); *s != '\0';
	     s++) {
		if (*s == '"' || *s == '\\')
			buf_putc(&out, '\\');
		if ((unsigned char)*s >= ' ' && *s != 0x7f)
			buf_putc(&out, *s);
	}
	if (!im->keep_front)
		buf_puts(&out, "\"\n");
	put_parameters(im, &out);
	if (!im->keep_front && topic_names_rehearsal(im->p.src))
		buf_puts(&out, "rehearsal: test\n");
	if (!im->keep_front)
		buf_puts(&out, old ? "---\n\n~~~~yaml\n" : "---\n\n");
	text = arena_strdup(im->p.arena, buf_text(&out));
	buf_clear(&out);
	return text;
}

/* The line that closes the document's own front matter; NOWHERE: it takes no
 * parameters. */
size_t
import_front_end(const struct import *im)
{
	const struct parse *p = &im->p;
	int line = source_line(p, p->body - 1);
	size_t at = source_line_start(p, line);

	for (int i = 0; i < line; i++)
		if (text_starts(p->src + source_line_start(p, i), "parameters"))
			return NOWHERE;
	return text_starts(p->src + at, "---") ? at : NOWHERE;
}
