/*
 * message.h: a text for a person as a code with arguments.
 *
 * C holds no sentence that a person of the console reads, but the code of one;
 * static/messages/ has its text in each language (catalogue.h).  Between the
 * functions of a program a message is a string like any other: it can be
 * copied, put between other text and appended to it.  In JSON it is
 * {"code": …, "args": {…}}.
 */
#ifndef BASE_MESSAGE_H
#define BASE_MESSAGE_H

#include <json-c/json.h>
#include <stdarg.h>

#include "base/arena.h"
#include "base/buf.h"

#define MESSAGE_BEGIN '\036'
#define MESSAGE_END '\037'

/* A message without arguments, as a literal: MESSAGE("ssh_no_reason"). */
#define MESSAGE(code) "\036{\"code\":\"" code "\"}\037"

/*
 * Appends a message.  The format is the code and the names of the arguments
 * with their conversions (%s %.Ns %.*s %c, integers without flags, %.Nf):
 *
 *	message_put(out, "ssh_refused host=%s port=%d", host, port);
 *
 * Any other format, such as "%s: %s", is that of printf(): for messages made
 * before, one behind the other.  An argument may be a message itself, or
 *several; with "@" before it, it is the code of one: "step_is state=@state_%s".
 */
void message_put(struct buf *out, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void message_vput(struct buf *out, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));
char *message_arena(struct arena *arena, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * The string as JSON, which the caller releases: a string, an object with code
 * and args, or an array of both.  It also reads the compact JSON text of such a
 * value, as databases have it.
 */
struct json_object *message_json(const char *text);

/* Appends the JSON value as a string with messages in it. */
void message_from_json(struct json_object *value, struct buf *out);

/* Sets the member of an object; NULL for NULL. */
void message_set(struct json_object *o, const char *key, const char *text);

/*
 * The member as a string that message_json() reads, NULL if absent. The object
 * owns it.
 */
const char *message_text(struct json_object *o, const char *key);

/*
 * Appends the string with each text between its messages, and each argument,
 * passed through map, which appends to out.
 */
void message_map(const char *text,
    void (*map)(void *ctx, const char *text, struct buf *out), void *ctx,
    struct buf *out);

/*
 * Shortens arguments until the content has at most max bytes; at the last,
 * drops what does not fit.
 */
void message_limit(struct buf *b, size_t max);

#endif
