/*
 * tty_message.c: writes and reads terminal input of people, and the answers.
 *
 * The runner reads such a message only for its address and passes the text on
 * as it is, since input may be a password: it is decoded once, in the executor.
 */
#include <stdio.h>
#include <string.h>

#include "base/encode.h"
#include "base/json.h"
#include "wire/tty_message.h"

/* clang-format off */
static const struct json_key message_keys[] = {
	{ "exec",	json_type_string,	false },
	{ "target",	json_type_string,	false },
	{ "typist",	json_type_string,	false },
	{ "from",	json_type_int,		false },
	{ "data",	json_type_string,	true },
	{ "columns",	json_type_int,		false },
	{ "rows",	json_type_int,		false },
	{ NULL, 0, false },
};

static const struct json_key arrived_keys[] = {
	{ "typist",	json_type_string,	true },
	{ "arrived",	json_type_int,		true },
	{ NULL, 0, false },
};
/* clang-format on */

bool
tty_message_has_size(int64_t columns, int64_t rows)
{
	return columns >= TTY_COLUMNS_LEAST && columns <= TTY_COLUMNS_MOST &&
	    rows >= TTY_ROWS_LEAST && rows <= TTY_ROWS_MOST;
}

void
tty_message_write(
    const struct tty_message *m, const struct buf *bytes, struct buf *out)
{
	struct json_object *o = json_object_new_object();
	struct buf data = { 0 };

	encode_base64(bytes->data, bytes->len, &data);
	json_set_text(o, "exec", m->exec);
	json_set_text(o, "target", m->target);
	json_set_text(o, "data", buf_text(&data));
	if (*m->session != '\0') {
		json_set_text(o, "typist", m->session);
		json_set_int(o, "from", m->from);
	}
	if (m->columns != 0 || m->rows != 0) {
		json_set_int(o, "columns", m->columns);
		json_set_int(o, "rows", m->rows);
	}
	buf_puts(out, json_write(o));
	json_object_put(o);
	if (data.data != NULL)
		explicit_bzero(data.data, data.cap);
	buf_clear(&data);
}

/* Decodes the data; false: it is none, or too much. */
static bool
read_data(const char *data, struct buf *bytes)
{
	struct buf decoded = { 0 };
	bool ok = encode_unbase64(data, strlen(data), &decoded) &&
	    decoded.len <= TTY_INPUT_MOST;

	if (ok)
		buf_put(bytes, buf_text(&decoded), decoded.len);
	if (decoded.data != NULL)
		explicit_bzero(decoded.data, decoded.cap);
	buf_clear(&decoded);
	return ok;
}

enum err
tty_message_read(
    const char *text, size_t len, struct tty_message *ret, struct buf *bytes)
{
	struct json_object *o = NULL;
	struct tty_message m;
	int64_t columns, rows;
	enum err err = json_read(text, len, &o, NULL);

	if (err == ERR_OK)
		err = json_check(o, message_keys, NULL);
	if (err != ERR_OK)
		goto out;
	columns = json_int(o, "columns", 0);
	rows = json_int(o, "rows", 0);
	m = (struct tty_message){ .exec = json_text(o, "exec", ""),
		.target = json_text(o, "target", ""),
		.session = json_text(o, "typist", ""),
		.from = json_int(o, "from", -1),
		.json = o };
	if (tty_message_has_size(columns, rows)) {
		m.columns = (int)columns;
		m.rows = (int)rows;
	}
	if (strlen(m.session) > TTY_SESSION ||
	    !read_data(json_text(o, "data", ""), bytes)) {
		err = ERR_INVALID;
		goto out;
	}
	*ret = m;
	return ERR_OK;
out:
	json_object_put(o);
	return err;
}

void
tty_arrived_write(const char *session, int64_t arrived, struct buf *out)
{
	struct json_object *o = json_object_new_object();

	json_set_text(o, "typist", session);
	json_set_int(o, "arrived", arrived);
	buf_puts(out, json_write(o));
	json_object_put(o);
}

enum err
tty_arrived_read(
    const char *text, size_t len, char *session, int64_t *ret_arrived)
{
	struct json_object *o = NULL;
	enum err err = json_read(text, len, &o, NULL);

	if (err == ERR_OK)
		err = json_check(o, arrived_keys, NULL);
	if (err == ERR_OK && strlen(json_text(o, "typist", "")) > TTY_SESSION)
		err = ERR_INVALID;
	if (err == ERR_OK) {
		snprintf(
		    session, TTY_SESSION + 1, "%s", json_text(o, "typist", ""));
		*ret_arrived = json_int(o, "arrived", 0);
	}
	json_object_put(o);
	return err;
}
