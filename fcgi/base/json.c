/*
 * json.c: one strict reader of JSON.
 *
 * A small recursive scanner checks the grammar of RFC 8259, the depth, the keys
 * and the UTF-8 before json-c gets the text, so json-c's leniency has no
 * effect.  Two passes cost less than relying on its flags.
 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/message.h"
#include "base/text.h"

struct scan {
	const char *start;
	const char *at;
	const char *end;
	const char *what; /* description of the error */
};

static bool scan_value(struct scan *s, int depth);

static bool
wrong(struct scan *s, const char *what)
{
	if (s->what == NULL)
		s->what = what;
	return false;
}

static void
skip_space(struct scan *s)
{
	while (s->at < s->end && strchr(" \t\r\n", *s->at) != NULL &&
	    *s->at != '\0')
		s->at++;
}

static bool
take(struct scan *s, char c)
{
	skip_space(s);
	if (s->at < s->end && *s->at == c) {
		s->at++;
		return true;
	}
	return false;
}

static bool
scan_escape(struct scan *s)
{
	unsigned char unit[2];

	if (s->at >= s->end)
		return wrong(s, MESSAGE("json_in_string"));
	if (*s->at != 'u') {
		if (strchr("\"\\/bfnrt", *s->at) == NULL || *s->at == '\0')
			return wrong(s, MESSAGE("json_escape"));
		s->at++;
		return true;
	}
	if (s->end - s->at < 5 || !text_unhex(s->at + 1, unit, 2))
		return wrong(s, MESSAGE("json_unicode"));
	if (unit[0] == 0 && unit[1] == 0)
		return wrong(s, MESSAGE("json_nul"));
	s->at += 5;
	return true;
}

static bool
scan_string(struct scan *s)
{
	uint32_t cp;
	size_t n;

	if (!take(s, '"'))
		return wrong(s, MESSAGE("json_string"));
	while (s->at < s->end && *s->at != '"') {
		if (*s->at == '\\') {
			s->at++;
			if (!scan_escape(s))
				return false;
			continue;
		}
		n = text_utf8_next(s->at, (size_t)(s->end - s->at), &cp);
		if (n == 0)
			return wrong(s, MESSAGE("json_utf8"));
		if (cp < ' ')
			return wrong(s, MESSAGE("json_control"));
		s->at += n;
	}
	if (s->at >= s->end)
		return wrong(s, MESSAGE("json_in_string"));
	s->at++;
	return true;
}

static size_t
scan_digits(struct scan *s)
{
	const char *from = s->at;

	while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
		s->at++;
	return (size_t)(s->at - from);
}

static bool
scan_number(struct scan *s)
{
	const char *from;

	if (s->at < s->end && *s->at == '-')
		s->at++;
	from = s->at;
	if (scan_digits(s) == 0 || (*from == '0' && s->at - from > 1))
		return wrong(s, MESSAGE("json_value"));
	if (s->at - from > 18)
		return wrong(s, MESSAGE("json_long_number"));
	if (s->at < s->end && *s->at == '.') {
		s->at++;
		if (scan_digits(s) == 0)
			return wrong(s, MESSAGE("json_digits"));
	}
	if (s->at < s->end && (*s->at == 'e' || *s->at == 'E')) {
		s->at++;
		if (s->at < s->end && (*s->at == '+' || *s->at == '-'))
			s->at++;
		if (scan_digits(s) == 0)
			return wrong(s, MESSAGE("json_digits"));
	}
	return true;
}

static bool
scan_array(struct scan *s, int depth)
{
	s->at++;
	if (take(s, ']'))
		return true;
	do {
		if (!scan_value(s, depth))
			return false;
	} while (take(s, ','));
	return take(s, ']') || wrong(s, "expected ',' or ']'");
}

static bool
scan_object(struct scan *s, int depth)
{
	s->at++;
	if (take(s, '}'))
		return true;
	do {
		skip_space(s);
		if (!scan_string(s))
			return false;
		if (!take(s, ':'))
			return wrong(s, "expected ':'");
		if (!scan_value(s, depth))
			return false;
	} while (take(s, ','));
	return take(s, '}') || wrong(s, "expected ',' or '}'");
}

static bool
scan_word(struct scan *s)
{
	static const char *const words[] = { "true", "false", "null" };

	for (size_t i = 0; i < 3; i++) {
		size_t n = strlen(words[i]);

		if ((size_t)(s->end - s->at) >= n &&
		    memcmp(s->at, words[i], n) == 0) {
			s->at += n;
			return true;
		}
	}
	return wrong(s, MESSAGE("json_value"));
}

static bool
scan_value(struct scan *s, int depth)
{
	skip_space(s);
	if (s->at >= s->end)
		return wrong(s, MESSAGE("json_early_end"));
	if (depth >= JSON_DEPTH)
		return wrong(s, MESSAGE("json_deep"));
	switch (*s->at) {
	case '{':
		return scan_object(s, depth + 1);
	case '[':
		return scan_array(s, depth + 1);
	case '"':
		return scan_string(s);
	case 't':
	case 'f':
	case 'n':
		return scan_word(s);
	default:
		return scan_number(s);
	}
}

/*
 * Counts the keys that json-c stored, to compare with the colons of the text.
 */
static size_t
count_keys(struct json_object *v)
{
	size_t n = 0;

	if (json_object_is_type(v, json_type_object)) {
		json_object_object_foreach (v, key, child) {
			(void)key;
			n += 1 + count_keys(child);
		}
	} else {
		for (size_t i = 0; i < json_count(v); i++)
			n += count_keys(json_at(v, i));
	}
	return n;
}

static size_t
count_colons(const char *p, const char *end)
{
	bool inside = false;
	size_t n = 0;

	for (; p < end; p++) {
		if (inside && *p == '\\')
			p++;
		else if (*p == '"')
			inside = !inside;
		else if (!inside && *p == ':')
			n++;
	}
	return n;
}

enum err
json_read(
    const char *text, size_t len, struct json_object **ret, struct fault *fault)
{
	struct scan s = { text, text, text + len, NULL };
	struct json_tokener *tokener;
	struct json_object *v;

	if (scan_value(&s, 0)) {
		skip_space(&s);
		if (s.at != s.end)
			wrong(&s, MESSAGE("json_more"));
	}
	if (s.what != NULL)
		return fault_set(fault, ERR_INVALID, "json", NULL,
		    "json_wrong at=%zu reason=%s", (size_t)(s.at - s.start) + 1,
		    s.what);
	tokener = json_tokener_new_ex(JSON_DEPTH + 2);
	v = json_tokener_parse_ex(tokener, text, (int)len);
	if (v == NULL &&
	    json_tokener_get_error(tokener) == json_tokener_continue)
		v = json_tokener_parse_ex(tokener, "", 1);
	json_tokener_free(tokener);
	if (count_keys(v) != count_colons(text, text + len)) {
		json_object_put(v);
		return fault_set(
		    fault, ERR_INVALID, "json", NULL, "json_twice");
	}
	*ret = v;
	return ERR_OK;
}

enum err
json_check(
    struct json_object *o, const struct json_key *keys, struct fault *fault)
{
	const struct json_key *k;

	if (!json_object_is_type(o, json_type_object))
		return fault_set(
		    fault, ERR_INVALID, "json", NULL, "json_no_object");
	json_object_object_foreach (o, key, value) {
		for (k = keys; k->name != NULL; k++)
			if (strcmp(k->name, key) == 0)
				break;
		if (k->name == NULL)
			return fault_set(fault, ERR_INVALID, "unknown_field",
			    key, "json_unknown_field field=%.60s", key);
		if (value != NULL && k->type != JSON_ANY &&
		    !json_object_is_type(value, k->type))
			return fault_set(fault, ERR_INVALID, "wrong_type", key,
			    "json_wrong_type field=%.60s type=%s", key,
			    json_type_to_name(k->type));
	}
	for (k = keys; k->name != NULL; k++)
		if (k->required && json_get(o, k->name) == NULL)
			return fault_set(fault, ERR_INVALID, "missing_field",
			    k->name, "json_missing_field field=%s", k->name);
	return ERR_OK;
}

struct json_object *
json_get(struct json_object *o, const char *key)
{
	struct json_object *v;

	if (!json_object_is_type(o, json_type_object) ||
	    !json_object_object_get_ex(o, key, &v))
		return NULL;
	return v;
}

size_t
json_count(struct json_object *list)
{
	return json_object_is_type(list, json_type_array)
	    ? json_object_array_length(list)
	    : 0;
}

struct json_object *
json_at(struct json_object *list, size_t i)
{
	return json_object_is_type(list, json_type_array)
	    ? json_object_array_get_idx(list, i)
	    : NULL;
}

const char *
json_text(struct json_object *o, const char *key, const char *fallback)
{
	struct json_object *v = json_get(o, key);

	return json_object_is_type(v, json_type_string)
	    ? json_object_get_string(v)
	    : fallback;
}

int64_t
json_int(struct json_object *o, const char *key, int64_t fallback)
{
	struct json_object *v = json_get(o, key);

	return json_object_is_type(v, json_type_int) ? json_object_get_int64(v)
						     : fallback;
}

bool
json_flag(struct json_object *o, const char *key, bool fallback)
{
	struct json_object *v = json_get(o, key);

	return json_object_is_type(v, json_type_boolean)
	    ? json_object_get_boolean(v)
	    : fallback;
}

void
json_set(struct json_object *o, const char *key, struct json_object *value)
{
	json_object_object_add(o, key, value);
}

void
json_set_text(struct json_object *o, const char *key, const char *s)
{
	json_set(o, key, s != NULL ? json_object_new_string(s) : NULL);
}

void
json_set_int(struct json_object *o, const char *key, int64_t n)
{
	json_set(o, key, json_object_new_int64(n));
}

void
json_set_bool(struct json_object *o, const char *key, bool b)
{
	json_set(o, key, json_object_new_boolean(b));
}

const char *
json_write(struct json_object *o)
{
	return json_object_to_json_string_ext(
	    o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}
