/*
 * parameter_value.c: the values that a parameter accepts.
 *
 * Form, API and command line use the same checks, so that none of them accepts
 * a value that another one refuses.
 */
#include <string.h>

#include "base/json.h"
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

/* The sentence, after its code was stored. */
static const char *
coded(const char **ret_code, const char *code, const char *sentence)
{
	*ret_code = code;
	return sentence;
}

static const char *
check_choice(const struct parameter *p, const char *value, struct buf *scratch)
{
	for (size_t i = 0; i < p->choices_count; i++)
		if (strcmp(p->choices[i], value) == 0)
			return NULL;
	buf_reset(scratch);
	buf_puts(scratch, "This must be one of:");
	for (size_t i = 0; i < p->choices_count; i++)
		buf_printf(scratch, "%s %s", i > 0 ? "," : "", p->choices[i]);
	buf_putc(scratch, '.');
	return buf_text(scratch);
}

/* Characters that no value may contain, whatever its type. */
static const char *
check_characters(
    const struct parameter *p, const char *value, const char **code)
{
	size_t len = strlen(value);

	if (len > VALUE_MAX)
		return coded(code, "long",
		    "This is longer than 64 KB; put it "
		    "into a file on the target instead.");
	if (!text_is_utf8(value, len))
		return coded(code, "utf8", "This is not valid UTF-8 text.");
	if (!p->multiline && p->type != PARAMETER_LIST &&
	    strpbrk(value, "\r\n") != NULL)
		return coded(code, "line",
		    "This must be one line: remove the "
		    "line breaks.");
	if (!p->dash && value[0] == '-' && p->type != PARAMETER_NUMBER &&
	    p->type != PARAMETER_LIST)
		return coded(code, "dash",
		    "This must not begin with “-”: a "
		    "program would take it for an option.");
	return NULL;
}

/*
 * NULL, or why the pattern refuses the value: the author's message, or a clause
 * that ends with the pattern. An unknown answer is a refusal.
 */
static const char *
pattern_refused(const struct parameter *p, const char *value)
{
	switch (regex_full(p->pattern, value)) {
	case MATCH_YES:
		return NULL;
	case MATCH_NO:
		return p->message != NULL ? p->message
					  : "it does not match the pattern";
	default:
		return "it takes too many steps to compare it with the "
		       "pattern";
	}
}

/* Checks each item by the rules of items and by the pattern. */
static const char *
check_list(const struct parameter *p, const char *value, struct buf *scratch)
{
	struct json_object *list = list_items(value);
	const char *item = "", *why = list_refused(list, &item);

	buf_reset(scratch);
	for (size_t i = 0; why == NULL && p->pattern != NULL &&
	     i < json_object_array_length(list);
	     i++) {
		item = json_object_get_string(
		    json_object_array_get_idx(list, i));
		why = pattern_refused(p, item);
	}
	if (why != NULL && (text_ends(why, ".") || why == p->message))
		buf_printf(scratch,
		    "The item “%.40s” cannot stand in the "
		    "list: %s",
		    item, why);
	else if (why != NULL)
		buf_printf(scratch,
		    "The item “%.40s” cannot stand in the "
		    "list: %s %s.",
		    item, why, p->pattern);
	else if (json_object_array_length(list) == 0 && p->required)
		buf_puts(scratch, "This needs an item at least.");
	json_object_put(list);
	return scratch->len > 0 ? buf_text(scratch) : NULL;
}

static const char *
check_type(const struct parameter *p, const char *value, struct buf *scratch,
    const char **code)
{
	switch (p->type) {
	case PARAMETER_NUMBER:
		if (!is_number(value))
			return coded(code, "number",
			    "This must be a number, "
			    "such as 12 or -0.5.");
		break;
	case PARAMETER_BOOL:
		if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
			return coded(code, "bool",
			    "This must be “true” or "
			    "“false”.");
		break;
	case PARAMETER_CHOICE:
		*code = "choice";
		return check_choice(p, value, scratch);
	case PARAMETER_LIST:
		*code = p->message == NULL ? "list" : NULL;
		return check_list(p, value, scratch);
	default:
		break;
	}
	return NULL;
}

const char *
parameter_value_refused(const struct parameter *p, const char *value,
    struct buf *scratch, const char **ret_code)
{
	const char *why;
	enum match match;

	*ret_code = NULL;
	if (value == NULL || value[0] == '\0')
		return p->required
		    ? coded(ret_code, "needed", "This needs a value.")
		    : NULL;
	if ((why = check_characters(p, value, ret_code)) != NULL ||
	    (why = check_type(p, value, scratch, ret_code)) != NULL)
		return why;
	*ret_code = NULL;
	if (p->pattern == NULL || p->type == PARAMETER_LIST ||
	    (match = regex_full(p->pattern, value)) == MATCH_YES)
		return NULL;
	if (match == MATCH_NO && p->message != NULL)
		return coded(ret_code, NULL, p->message);
	*ret_code = match == MATCH_NO ? "pattern" : "steps";
	buf_reset(scratch);
	if (match == MATCH_NO)
		buf_printf(
		    scratch, "This does not match the pattern %s.", p->pattern);
	else
		buf_printf(scratch,
		    "Whether this matches the pattern %s could "
		    "not be found out: it takes too many steps. Write a "
		    "simpler pattern, without one repetition inside of "
		    "another.",
		    p->pattern);
	return buf_text(scratch);
}

const char *
parameter_check_value(
    const struct parameter *p, const char *value, struct buf *scratch)
{
	const char *code;

	return parameter_value_refused(p, value, scratch, &code);
}
