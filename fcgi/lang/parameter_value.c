/*
 * parameter_value.c: the values that a parameter accepts.
 *
 * Form, API and command line use the same checks, so that none of them accepts
 * a value that another one refuses.
 */
#include <string.h>

#include "base/json.h"
#include "base/message.h"
#include "base/text.h"
#include "lang/list.h"
#include "lang/parameter_value.h"
#include "lang/regex.h"

#define VALUE_MAX 65536

static bool
is_number(const char *s)
{
	size_t n;

	if (*s == '-')
		s++;
	n = strspn(s, "0123456789");
	if (n == 0)
		return false;
	if (s[n] == '.') {
		s += n + 1;
		n = strspn(s, "0123456789");
		if (n == 0)
			return false;
	}
	return s[n] == '\0';
}

/* The order of two numbers without a sign. */
static int
compare_magnitudes(const char *a, const char *b)
{
	size_t n, m;
	int order;

	a += strspn(a, "0");
	b += strspn(b, "0");
	n = strspn(a, "0123456789");
	m = strspn(b, "0123456789");
	if (n != m)
		return n < m ? -1 : 1;
	if ((order = strncmp(a, b, n)) != 0)
		return order;
	a += n + (a[n] == '.');
	b += n + (b[n] == '.');
	while (*a != '\0' || *b != '\0') {
		char x = *a != '\0' ? *a++ : '0', y = *b != '\0' ? *b++ : '0';

		if (x != y)
			return x < y ? -1 : 1;
	}
	return 0;
}

int
parameter_compare_numbers(const char *a, const char *b)
{
	bool below = *a == '-', under = *b == '-';

	a += below;
	b += under;
	if (below == under)
		return below ? compare_magnitudes(b, a)
			     : compare_magnitudes(a, b);
	if (compare_magnitudes(a, "0") == 0 && compare_magnitudes(b, "0") == 0)
		return 0;
	return below ? -1 : 1;
}

static const char *
check_number(const struct parameter *p, const char *value, struct buf *scratch)
{
	if (!is_number(value))
		return MESSAGE("value_number");
	buf_reset(scratch);
	if (p->min != NULL && parameter_compare_numbers(value, p->min) < 0)
		message_put(scratch, "value_min min=%s", p->min);
	else if (p->max != NULL && parameter_compare_numbers(value, p->max) > 0)
		message_put(scratch, "value_max max=%s", p->max);
	return scratch->len > 0 ? buf_text(scratch) : NULL;
}

static const char *
check_choice(const struct parameter *p, const char *value, struct buf *scratch)
{
	struct buf names = { 0 };

	for (size_t i = 0; i < p->choices_count; i++)
		if (strcmp(p->choices[i], value) == 0)
			return NULL;
	for (size_t i = 0; i < p->choices_count; i++)
		buf_printf(&names, "%s%s", i > 0 ? ", " : "", p->choices[i]);
	buf_reset(scratch);
	message_put(scratch, "value_choice names=%s", buf_text(&names));
	buf_clear(&names);
	return buf_text(scratch);
}

/* Characters that no value may contain, whatever its type. */
static const char *
check_characters(const struct parameter *p, const char *value)
{
	size_t len = strlen(value);

	if (len > VALUE_MAX)
		return MESSAGE("value_long");
	if (!text_is_utf8(value, len))
		return MESSAGE("value_utf8");
	if (!p->multiline && p->type != PARAMETER_LIST &&
	    strpbrk(value, "\r\n") != NULL)
		return MESSAGE("value_line");
	if (!p->dash && value[0] == '-' && p->type != PARAMETER_NUMBER &&
	    p->type != PARAMETER_LIST)
		return MESSAGE("value_dash");
	return NULL;
}

/*
 * NULL, or why the pattern refuses the value: the author's message, or one
 * about the pattern. An unknown answer is a refusal.
 */
static const char *
check_pattern(const struct parameter *p, const char *value, struct buf *scratch)
{
	enum match match = regex_full(p->pattern, value);

	if (match == MATCH_YES)
		return NULL;
	if (match == MATCH_NO && p->message != NULL)
		return p->message;
	buf_reset(scratch);
	if (match == MATCH_NO)
		message_put(scratch, "value_pattern pattern=%s", p->pattern);
	else
		message_put(scratch, "value_steps pattern=%s", p->pattern);
	return buf_text(scratch);
}

/* Checks each item by the rules of items and by the pattern. */
static const char *
check_list(const struct parameter *p, const char *value, struct buf *scratch)
{
	struct json_object *list = list_items(value);
	const char *item = "", *why = list_refused(list, &item);
	struct buf reason = { 0 };

	for (size_t i = 0;
	     why == NULL && p->pattern != NULL && i < json_count(list); i++) {
		item = json_object_get_string(json_at(list, i));
		why = check_pattern(p, item, &reason);
	}
	buf_reset(scratch);
	if (why != NULL)
		message_put(
		    scratch, "value_item item=%.40s reason=%s", item, why);
	else if (json_count(list) == 0 && p->required)
		message_put(scratch, "value_no_item");
	buf_clear(&reason);
	json_object_put(list);
	return scratch->len > 0 ? buf_text(scratch) : NULL;
}

static const char *
check_type(const struct parameter *p, const char *value, struct buf *scratch)
{
	switch (p->type) {
	case PARAMETER_NUMBER:
		return check_number(p, value, scratch);
	case PARAMETER_BOOL:
		return strcmp(value, "true") == 0 || strcmp(value, "false") == 0
		    ? NULL
		    : MESSAGE("value_bool");
	case PARAMETER_CHOICE:
		return check_choice(p, value, scratch);
	case PARAMETER_LIST:
		return check_list(p, value, scratch);
	default:
		return NULL;
	}
}

const char *
parameter_check_value(
    const struct parameter *p, const char *value, struct buf *scratch)
{
	const char *why;

	if (value == NULL || value[0] == '\0')
		return p->required ? MESSAGE("value_needed") : NULL;
	if ((why = check_characters(p, value)) != NULL ||
	    (why = check_type(p, value, scratch)) != NULL)
		return why;
	return p->pattern == NULL || p->type == PARAMETER_LIST
	    ? NULL
	    : check_pattern(p, value, scratch);
}

const char *
parameter_check_fixed(const struct parameter *p, struct json_object *values,
    const char *environment, struct buf *scratch)
{
	const char *value = json_text(values, p->name, NULL), *why;
	struct buf reason = { 0 };

	if (value == NULL)
		return NULL;
	why = p->type == PARAMETER_SECRET
	    ? MESSAGE("value_fixed_secret")
	    : parameter_check_value(p, value, &reason);
	buf_reset(scratch);
	if (why != NULL)
		message_put(scratch,
		    "value_fixed_wrong environment=%s name=%s reason=%s",
		    environment, p->name, why);
	buf_clear(&reason);
	return why != NULL ? buf_text(scratch) : NULL;
}

bool
parameter_is_same(const struct parameter *p, const char *a, const char *b)
{
	struct buf one = { 0 }, other = { 0 };
	bool same;

	if (p->type != PARAMETER_LIST)
		return text_eq(a, b);
	list_join(a, &one);
	list_join(b, &other);
	same = text_eq(buf_text(&one), buf_text(&other));
	buf_clear(&one);
	buf_clear(&other);
	return same;
}
