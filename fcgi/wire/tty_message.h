/*
 * tty_message.h: terminal input of people, written and read.
 *
 * From the keeper to the runner (the push "type"), which passes it on to the
 * socket TARGET.keys of the execution's folder, one message each:
 *	{"exec", "target", "typist": TTY_SESSION hex digits, "from": n,
 *		"data": base64 of TTY_INPUT_MOST bytes at most,
 *		"columns", "rows": the size of the page's window, or absent}
 *
 * The key "typist" is the input session, which is a page.  It numbers the bytes
 * that it sends from 0 on, and data begins at byte n.  Bytes received before
 * are dropped, data after a gap too.  Without a session there is no number and
 * no reply.  The terminal has the size from the page with the most recent
 * input; before any, 80 by 24.  The recording has each change as an event "r",
 * "COLUMNSxROWS".
 *
 * The answer, after each message and each change: how many bytes of the session
 * the terminal has accepted, {"typist", "arrived": n}.
 */
#ifndef WIRE_TTY_MESSAGE_H
#define WIRE_TTY_MESSAGE_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define TTY_SOCKET ".keys"
#define TTY_SESSION 32      /* hex digits */
#define TTY_INPUT_MOST 4096 /* bytes of one message */
#define TTY_COLUMNS_LEAST 20
#define TTY_COLUMNS_MOST 500
#define TTY_ROWS_LEAST 5
#define TTY_ROWS_MOST 200

struct tty_message {
	const char *exec;    /* "": absent */
	const char *target;  /* "": absent */
	const char *session; /* "": none, and `from` has no meaning */
	int64_t from;        /* number of the first byte */
	int columns;         /* 0 by 0: absent */
	int rows;
	struct json_object *json; /* of tty_message_read(): owns the texts */
};

/* "columns" and "rows" are a size that a terminal may have. */
bool tty_message_has_size(int64_t columns, int64_t rows);

/* Appends the message with its bytes; the caller wipes the text. */
void tty_message_write(
    const struct tty_message *m, const struct buf *bytes, struct buf *out);

/*
 * Reads a message and appends its bytes, which the caller wipes.  ERR_INVALID:
 * it is malformed or too long, and nothing was appended.  On success the caller
 * puts ret->json.
 */
enum err tty_message_read(
    const char *text, size_t len, struct tty_message *ret, struct buf *bytes);

/* The answer: appended; read, with `session` of TTY_SESSION + 1 bytes. */
void tty_arrived_write(const char *session, int64_t arrived, struct buf *out);
enum err tty_arrived_read(
    const char *text, size_t len, char *session, int64_t *ret_arrived);

#endif
