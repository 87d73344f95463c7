/*
 * render.c: documents as HTML, for the examples of the specifications.
 *
 * Reads an array of texts as JSON from stdin and writes an array of {html,
 * errors} to stdout, with headings and tasks as tags of their own, since the
 * console makes parts of a page of them.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/catalogue.h"
#include "base/buf.h"
#include "compiler/runbook.h"
#include "compiler/render.h"

static void
put_escaped(struct buf *out, const char *s)
{
	for (; *s != '\0'; s++)
		if (*s == '<' || *s == '&')
			buf_printf(out, "&#%d;", *s);
		else
			buf_putc(out, *s);
}

static void
put_item(
    const struct runbook *runbook, const struct item *item, struct buf *out)
{
	const struct section *h = &runbook->plan.sections[item->index];

	if (item->kind == ITEM_HEADING) {
		buf_printf(out, "<h%d>", h->level);
		put_escaped(out, h->title);
		buf_printf(out, "</h%d>\n", h->level);
		return;
	}
	if (item->kind == ITEM_STEP) {
		buf_puts(out, "<task>");
		put_escaped(out, runbook->plan.steps[item->index].title);
		buf_puts(out, "</task>");
	}
	runbook_render(
	    &runbook->plan, item, CATALOGUE_DEFAULT, NULL, NULL, out);
}

static struct json_object *
render(const char *text, size_t len)
{
	struct runbook *runbook = runbook_parse(text, len);
	struct json_object *o = json_object_new_object();
	struct buf out = { 0 };

	for (size_t i = 0; i < runbook->plan.items_count; i++)
		put_item(runbook, &runbook->plan.items[i], &out);
	json_object_object_add(
	    o, "html", json_object_new_string(buf_text(&out)));
	buf_reset(&out);
	runbook_print_diagnostics(runbook, "example", &out);
	json_object_object_add(
	    o, "said", json_object_new_string(buf_text(&out)));
	buf_clear(&out);
	runbook_free(runbook);
	return o;
}

int
main(void)
{
	struct json_object *all, *done = json_object_new_array(), *text;

	all = json_object_from_fd(0);
	if (all == NULL)
		return 2;
	for (size_t i = 0; i < json_object_array_length(all); i++) {
		text = json_object_array_get_idx(all, i);
		json_object_array_add(done,
		    render(json_object_get_string(text),
			(size_t)json_object_get_string_len(text)));
	}
	puts(json_object_to_json_string_ext(done, JSON_C_TO_STRING_PLAIN));
	json_object_put(done);
	json_object_put(all);
	return 0;
}
