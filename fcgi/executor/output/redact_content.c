/*
 * redact_content.c: the texts of a sealed artifact that are secrets.
 *
 * A step prints a part of what it read: a line, a value of JSON, or what a
 * value in base64 encodes.  Names of members are no secrets: each of them would
 * be redacted in every answer of the same server.
 */
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/err.h"
#include "base/text.h"
#include "executor/output/json_scan.h"
#include "executor/output/mask.h"
#include "executor/output/pointer.h"
#include "executor/output/redact_content.h"

struct content {
	void (*add)(void *ctx, const char *text, size_t len, bool unchanged);
	void *ctx;
};

static void
add(const struct content *c, const char *text, size_t len, bool unchanged)
{
	if (len >= MASK_SHORTEST)
		c->add(c->ctx, text, len, unchanged);
}

static bool
ends_line(char byte)
{
	return byte == '\n' || byte == '\r' || byte == '\0';
}

/* Adds the lines, if there are several. */
static void
add_lines(const struct content *c, const char *text, size_t len, bool unchanged)
{
	size_t from = 0;

	for (size_t i = 0; i <= len; i++) {
		if (i < len && !ends_line(text[i]))
			continue;
		if (i - from < len)
			add(c, text + from, i - from, unchanged);
		from = i + 1;
	}
}

static void
add_text(const struct content *c, const char *text, size_t len)
{
	add(c, text, len, false);
	add_lines(c, text, len, false);
}

/* Adds what the value encodes, if that is a text. */
static void
add_decoded(const struct content *c, const char *value, size_t len)
{
	struct buf text = { 0 };

	if (encode_unbase64(value, len, &text) &&
	    text_is_utf8(buf_text(&text), text.len))
		add_text(c, buf_text(&text), text.len);
	if (text.data != NULL)
		explicit_bzero(text.data, text.cap);
	buf_clear(&text);
}

static void
add_string(const struct content *c, struct json_piece value)
{
	struct buf text = { 0 };
	struct fault ignored;

	/* a text with a NUL is no value of ours: as it stands */
	if (pointer_text(value, "", &text, &ignored) != ERR_OK)
		buf_put(&text, value.s + 1, value.len - 2);
	add_text(c, buf_text(&text), text.len);
	add_decoded(c, buf_text(&text), text.len);
	if (text.data != NULL)
		explicit_bzero(text.data, text.cap);
	buf_clear(&text);
}

/* The values in it, at most as deep as json_scan() allows. */
static void
add_values(const struct content *c, struct json_piece value)
{
	struct json_member *all;
	size_t count;

	if (*value.s == '"')
		add_string(c, value);
	else if (*value.s == '-' || (*value.s >= '0' && *value.s <= '9'))
		add(c, value.s, value.len, false);
	if (*value.s != '{' && *value.s != '[')
		return;
	all = json_members(value, &count);
	for (size_t i = 0; i < count; i++)
		add_values(c, all[i].value);
	free(all);
}

void
content_texts(const char *data, size_t len,
    void (*add_one)(void *ctx, const char *text, size_t len, bool unchanged),
    void *ctx)
{
	const struct content c = { add_one, ctx };
	struct json_piece all;
	bool json = json_scan(data, len, &all);

	if (json)
		add_values(&c, all);
	add(&c, data, len, false);
	add_lines(&c, data, len, json);
}
