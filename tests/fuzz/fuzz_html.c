/*
 * fuzz_html.c: any bytes as a template, as a page whose form is filled in, and
 * as the form's fields.  The rendered page has no byte of a value that could
 * end an attribute or begin a tag.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "html/form.h"
#include "html/template.h"
#include "html/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char value[] = "\x01<\"'>&";

static void
try_template(const char *text, size_t len)
{
	struct templates *t = templates_new(false);
	struct json_object *model = json_object_new_object();
	struct json_object *list = json_object_new_array();
	struct buf out = { 0 };
	struct fault fault;

	json_set_text(model, "x", value);
	json_set_int(model, "n", -1);
	json_object_array_add(list, json_object_new_string(value));
	json_object_array_add(list, json_object_new_object());
	json_set(model, "list", list);
	if (memchr(text, 1, len) == NULL &&
	    templates_add(t, "page.html", text, len, &fault) == ERR_OK &&
	    templates_add(t, "_p.html", "{{.}}{{x}}", 10, &fault) == ERR_OK &&
	    templates_render(t, "page.html", model, &out, &fault) == ERR_OK &&
	    out.len > 0) {
		const char *at = out.data;

		while ((at = memchr(
			    at, 1, out.len - (size_t)(at - out.data))) != NULL)
			assert(*++at == '&');
	}
	buf_clear(&out);
	json_object_put(model);
	templates_free(t);
}

static void
try_form(const char *text, size_t len)
{
	const char *page = memchr(text, '\n', len);
	size_t n = page != NULL ? (size_t)(page - text) : len;
	struct json_object *fields, *rest = NULL;
	struct buf out = { 0 };

	if (url_read_form(text, n, &fields) != ERR_OK)
		return;
	if (page != NULL &&
	    form_fill(page + 1, len - n - 1, "/x", fields, &out, &rest))
		json_object_put(rest);
	buf_clear(&out);
	json_object_put(fields);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (size == 0)
		return 0;
	text = mem_strndup((const char *)data + 1, size - 1);
	if (data[0] == 'f')
		try_form(text, strlen(text));
	else
		try_template(text, strlen(text));
	free(text);
	return 0;
}
