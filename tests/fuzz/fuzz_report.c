/*
 * fuzz_report.c: an exported report, as `countersign verify FILE` reads it.
 *
 * The input is the text of the document, a line "%%", and the body of one
 * event on each line after it; of these a report is made.  An input that begins
 * with a brace is the report itself.  The mutator puts a value of another
 * type in the place of one in an event, which changes of bytes hardly ever
 * do, as they leave no JSON.
 */
#include <fcntl.h>
#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/verify/report.h"
#include "cli/verify/report_derive.h"
#include "base/err.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(
    uint8_t *data, size_t size, size_t most, unsigned int seed);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	if (freopen("/dev/null", "w", stdout) == NULL)
		return 1;
	/* Messages go there too; libFuzzer and ASan keep the descriptor. */
	if ((stderr = fopen("/dev/null", "w")) == NULL)
		return 1;
	return sodium_init() < 0;
}

/* The events of the lines from `at` on, and which run the first is of. */
static void
add_events(struct json_object *report, const char *at, const char *end)
{
	struct json_object *events = json_object_new_array(), *first = NULL;

	for (const char *eol; at < end; at = eol + 1) {
		if ((eol = memchr(at, '\n', (size_t)(end - at))) == NULL)
			eol = end;
		if (first == NULL)
			(void)json_read(at, (size_t)(eol - at), &first, NULL);
		json_object_array_add(
		    events, json_object_new_string_len(at, (int)(eol - at)));
	}
	json_set_int(report, "id", json_int(first, "run", 1));
	json_set(report, "events", events);
	json_object_put(first);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_strndup((const char *)data, size);
	struct json_object *report = json_object_new_object();
	const char *events = strstr(text, "\n%%\n"), *made;

	if (*text == '{' || events == NULL) {
		report_verify_text("report", text, size);
	} else {
		json_object_object_add(report, "document_text",
		    json_object_new_string_len(text, (int)(events - text)));
		add_events(report, events + 4, text + strlen(text));
		made = json_write(report);
		report_verify_text("report", made, strlen(made));
	}
	json_object_put(report);
	free(text);
	return 0;
}

static struct json_object *
some_value(unsigned int n)
{
	switch (n % 10) {
	case 0:
		return NULL;
	case 1:
		return json_object_new_string("");
	case 2:
		return json_object_new_string("word");
	case 3:
		return json_object_new_int64(-1);
	case 4:
		return json_object_new_int64(INT64_MAX);
	case 5:
		return json_object_new_array();
	case 6:
		return json_object_new_object();
	case 7:
		return json_tokener_parse("[null]");
	case 8:
		return json_tokener_parse("{\"a\": [1, {\"b\": null}]}");
	default:
		return json_object_new_boolean(1);
	}
}

/* One member of the object, or of one within it, gets another value. */
static void
change_member(struct json_object *o, unsigned int seed)
{
	size_t n = (size_t)json_object_object_length(o), at = 0;
	char *name = NULL;

	if (n == 0)
		return;
	json_object_object_foreach (o, key, value) {
		if (at++ != seed % n)
			continue;
		if (json_object_is_type(value, json_type_object) &&
		    json_object_object_length(value) > 0 && seed & 0x10000) {
			change_member(value, seed * 7919 + 1);
			return;
		}
		if (json_object_is_type(value, json_type_array) &&
		    json_object_array_length(value) > 0 && seed & 0x20000) {
			json_object_array_put_idx(value,
			    json_object_array_length(value) - 1,
			    some_value(seed >> 8));
			return;
		}
		name = mem_strdup(key);
	}
	if (name != NULL)
		json_set(o, name, some_value(seed >> 8));
	free(name);
}

/* The line at `from` with a change; it stays as it is where it is no JSON. */
static void
put_changed(struct buf *out, const char *from, size_t len, unsigned int seed)
{
	struct json_object *o = NULL, *data;

	if (json_read(from, len, &o, NULL) != ERR_OK ||
	    !json_object_is_type(o, json_type_object)) {
		buf_put(out, from, len);
	} else {
		data = json_get(o, "data");
		change_member(seed & 0x70000 &&
			    json_object_is_type(data, json_type_object)
			? data
			: o,
		    seed);
		buf_puts(out, json_write(o));
	}
	json_object_put(o);
}

size_t
LLVMFuzzerCustomMutator(
    uint8_t *data, size_t size, size_t most, unsigned int seed)
{
	char *text = mem_strndup((const char *)data, size);
	const char *at = strstr(text, "\n%%\n"), *eol;
	struct buf out = { 0 };
	unsigned int lines = 0, which;

	if (at == NULL || seed % 4 == 0) {
		free(text);
		return LLVMFuzzerMutate(data, size, most);
	}
	at += 4;
	for (const char *p = at; *p != '\0'; p++)
		lines += *p == '\n';
	which = lines > 0 ? (seed >> 3) % lines : 0;
	buf_put(&out, text, (size_t)(at - text));
	for (; *at != '\0'; at = *eol == '\n' ? eol + 1 : eol) {
		eol = at + strcspn(at, "\n");
		if (which-- == 0)
			put_changed(
			    &out, at, (size_t)(eol - at), seed * 2654435761u);
		else
			buf_put(&out, at, (size_t)(eol - at));
		buf_putc(&out, '\n');
	}
	size = out.len < most ? out.len : most;
	memcpy(data, buf_text(&out), size);
	buf_clear(&out);
	free(text);
	return size;
}
