/*
 * message.c: a text for a person as a code with arguments.
 *
 * A message in a string is its JSON between two control characters that JSON
 * does not contain, so that it survives concatenation and is found again.
 * Rejected: a struct that is passed along, since most messages are made of
 * others (a reason within a sentence, a note behind it), which would need lists
 * of structs wherever a string does today.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/message.h"
#include "base/text.h"

#define SPACES 32 /* the shortest text that message_limit() leaves */

static bool
is_message(struct json_object *o)
{
	return json_text(o, "code", NULL) != NULL;
}

/* The value of an argument: a string, the messages in it, or the message of
 * that code. */
static struct json_object *
value_new(const struct buf *value, bool is_code)
{
	char *text = mem_strdup(buf_text(value));
	struct json_object *o;

	text_drop_invalid(text);
	if (is_code) {
		o = json_object_new_object();
		json_set_text(o, "code", text);
	} else if (strchr(text, MESSAGE_BEGIN) != NULL) {
		o = message_json(text);
	} else {
		o = json_object_new_string(text);
	}
	free(text);
	return o;
}

static void
put_text(const char *s, size_t max, struct buf *out)
{
	buf_put(out, s, strnlen(s, max));
}

/* A whole number with the length modifier l, ll, z or none. */
static void
put_number(const char *modifier, char kind, va_list *ap, struct buf *out)
{
	if (*modifier == 'z')
		buf_printf(out, "%zu", va_arg(*ap, size_t));
	else if (modifier[0] == 'l' && kind == 'u')
		buf_printf(out, "%llu",
		    modifier[1] == 'l'
			? va_arg(*ap, unsigned long long)
			: (unsigned long long)va_arg(*ap, unsigned long));
	else if (modifier[0] == 'l')
		buf_printf(out, "%lld",
		    modifier[1] == 'l' ? va_arg(*ap, long long)
				       : (long long)va_arg(*ap, long));
	else if (kind == 'u')
		buf_printf(out, "%u", va_arg(*ap, unsigned));
	else
		buf_printf(out, "%d", va_arg(*ap, int));
}

/* Appends what the conversion at fmt makes of the next argument; returns the
 * end of the conversion. */
static const char *
put_converted(const char *fmt, va_list *ap, struct buf *out)
{
	const char *modifier;
	int precision = -1;

	if (*++fmt == '.') {
		if (*++fmt == '*') {
			precision = va_arg(*ap, int);
			fmt++;
		} else {
			precision = (int)strtol(fmt, (char **)&fmt, 10);
		}
	}
	modifier = fmt;
	fmt += strspn(fmt, "lz");
	if (*fmt == 's')
		put_text(va_arg(*ap, const char *),
		    precision >= 0 ? (size_t)precision : SIZE_MAX, out);
	else if (*fmt == 'c')
		buf_putc(out, (char)va_arg(*ap, int));
	else if (*fmt == 'f')
		buf_printf(out, "%.*f", precision >= 0 ? precision : 6,
		    va_arg(*ap, double));
	else
		put_number(modifier, *fmt, ap, out);
	return fmt + 1;
}

/* Reads " name=value" at fmt into args; returns its end. */
static const char *
put_argument(const char *fmt, va_list *ap, struct json_object *args)
{
	size_t len = strcspn(++fmt, "=");
	char *name = mem_strndup(fmt, len);
	struct buf value = { 0 };
	bool is_code;

	fmt += len + (fmt[len] == '=');
	is_code = *fmt == '@';
	fmt += is_code;
	while (*fmt != '\0' && *fmt != ' ') {
		if (*fmt == '%')
			fmt = put_converted(fmt, ap, &value);
		else
			buf_putc(&value, *fmt++);
	}
	json_set(args, name, value_new(&value, is_code));
	buf_clear(&value);
	free(name);
	return fmt;
}

static void
put_object(struct json_object *o, struct buf *out)
{
	buf_putc(out, MESSAGE_BEGIN);
	buf_puts(out, json_write(o));
	buf_putc(out, MESSAGE_END);
}

/* True for the format of a message: its code, then names and values. */
static bool
is_code(const char *fmt)
{
	size_t len = strspn(fmt, "abcdefghijklmnopqrstuvwxyz0123456789_");

	if (len == 0 || fmt[len] == '\0')
		return len > 0;
	return fmt[len] == ' ' &&
	    fmt[len + 1 + strcspn(fmt + len + 1, " =")] == '=';
}

static void __attribute__((format(printf, 2, 0)))
put_plain(struct buf *out, const char *fmt, va_list ap)
{
	char *text = NULL;

	if (vasprintf(&text, fmt, ap) >= 0)
		buf_puts(out, text);
	free(text);
}

static void __attribute__((format(printf, 2, 0)))
put_message(struct buf *out, const char *fmt, va_list ap)
{
	struct json_object *o = json_object_new_object(), *args = NULL;
	size_t len = strcspn(fmt, " ");
	va_list list;

	json_set(o, "code", json_object_new_string_len(fmt, (int)len));
	va_copy(list, ap);
	for (fmt += len; *fmt == ' ';) {
		if (args == NULL)
			args = json_object_new_object();
		fmt = put_argument(fmt, &list, args);
	}
	va_end(list);
	if (args != NULL)
		json_set(o, "args", args);
	put_object(o, out);
	json_object_put(o);
}

void
message_vput(struct buf *out, const char *fmt, va_list ap)
{
	if (is_code(fmt))
		put_message(out, fmt, ap);
	else
		put_plain(out, fmt, ap);
}

void
message_put(struct buf *out, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	message_vput(out, fmt, ap);
	va_end(ap);
}

char *
message_arena(struct arena *arena, const char *fmt, ...)
{
	struct buf text = { 0 };
	char *copy;
	va_list ap;

	va_start(ap, fmt);
	message_vput(&text, fmt, ap);
	va_end(ap);
	copy = arena_strndup(arena, buf_text(&text), text.len);
	buf_clear(&text);
	return copy;
}

/* The message that ends at `end`, or NULL if it is none. */
static struct json_object *
read_message(const char *s, const char *end)
{
	struct json_object *o = NULL;

	if (json_read(s, (size_t)(end - s), &o, NULL) == ERR_OK &&
	    is_message(o))
		return o;
	json_object_put(o);
	return NULL;
}

/* The JSON text of a value with messages, or NULL if it is none. */
static struct json_object *
read_stored(const char *text)
{
	struct json_object *o = NULL;
	bool found;

	if (!text_starts(text, "{\"code\":") && text[0] != '[')
		return NULL;
	if (json_read(text, strlen(text), &o, NULL) != ERR_OK)
		return NULL;
	found = is_message(o);
	for (size_t i = 0; json_object_is_type(o, json_type_array) &&
	     i < json_count(o) && !found;
	     i++)
		found = is_message(json_at(o, i));
	if (found)
		return o;
	json_object_put(o);
	return NULL;
}

static void
add_text(struct json_object *list, const char *s, size_t len)
{
	if (len > 0)
		json_object_array_add(
		    list, json_object_new_string_len(s, (int)len));
}

/* Splits a string into its texts and messages. */
static struct json_object *
split(const char *text)
{
	struct json_object *list = json_object_new_array(), *o;
	const char *from, *end;

	while ((from = strchr(text, MESSAGE_BEGIN)) != NULL) {
		add_text(list, text, (size_t)(from - text));
		end = strchr(from, MESSAGE_END);
		o = end != NULL ? read_message(from + 1, end) : NULL;
		if (o != NULL)
			json_object_array_add(list, o);
		text = o != NULL ? end + 1 : from + 1;
	}
	add_text(list, text, strlen(text));
	return list;
}

struct json_object *
message_json(const char *text)
{
	struct json_object *list, *one;

	if (strchr(text, MESSAGE_BEGIN) == NULL) {
		one = read_stored(text);
		return one != NULL ? one : json_object_new_string(text);
	}
	list = split(text);
	if (json_count(list) != 1)
		return list;
	one = json_object_get(json_at(list, 0));
	json_object_put(list);
	return one;
}

void
message_from_json(struct json_object *value, struct buf *out)
{
	if (json_object_is_type(value, json_type_string))
		buf_puts(out, json_object_get_string(value));
	else if (is_message(value))
		put_object(value, out);
	else if (json_object_is_type(value, json_type_array))
		for (size_t i = 0; i < json_count(value); i++)
			message_from_json(json_at(value, i), out);
}

void
message_set(struct json_object *o, const char *key, const char *text)
{
	json_set(o, key, text != NULL ? message_json(text) : NULL);
}

const char *
message_text(struct json_object *o, const char *key)
{
	struct json_object *value = json_get(o, key);

	if (json_object_is_type(value, json_type_string))
		return json_object_get_string(value);
	return is_message(value) || json_object_is_type(value, json_type_array)
	    ? json_write(value)
	    : NULL;
}

struct map {
	void (*text)(void *ctx, const char *text, struct buf *out);
	void *ctx;
};

static struct json_object *
map_value(struct json_object *o, const struct map *m)
{
	struct json_object *made, *args;
	struct buf text = { 0 };

	if (json_object_is_type(o, json_type_string)) {
		m->text(m->ctx, json_object_get_string(o), &text);
		made = json_object_new_string(buf_text(&text));
		buf_clear(&text);
		return made;
	}
	if (json_object_is_type(o, json_type_array)) {
		made = json_object_new_array();
		for (size_t i = 0; i < json_count(o); i++)
			json_object_array_add(
			    made, map_value(json_at(o, i), m));
		return made;
	}
	made = json_object_new_object();
	json_set_text(made, "code", json_text(o, "code", ""));
	if (json_get(o, "args") != NULL) {
		args = json_object_new_object();
		json_object_object_foreach (json_get(o, "args"), key, value)
			json_set(args, key, map_value(value, m));
		json_set(made, "args", args);
	}
	return made;
}

void
message_map(const char *text,
    void (*map)(void *ctx, const char *text, struct buf *out), void *ctx,
    struct buf *out)
{
	struct map m = { map, ctx };
	struct json_object *value = message_json(text);
	struct json_object *made = map_value(value, &m);

	message_from_json(made, out);
	json_object_put(made);
	json_object_put(value);
}

static void
cut(void *ctx, const char *text, struct buf *out)
{
	size_t max = *(size_t *)ctx;
	char *copy = mem_strndup(text, strnlen(text, max));

	text_drop_invalid(copy);
	buf_puts(out, copy);
	free(copy);
}

void
message_limit(struct buf *b, size_t max)
{
	struct buf less = { 0 };

	for (size_t n = max; b->len > max && n >= SPACES; n /= 2) {
		buf_reset(&less);
		message_map(buf_text(b), cut, &n, &less);
		buf_reset(b);
		buf_puts(b, buf_text(&less));
	}
	if (b->len > max)
		buf_reset(b);
	buf_clear(&less);
}
