/*
 * values.c: {{name}} in text, and which values a parameter takes.
 *
 * There is no space inside the braces, and the name is one of ours
 * ([a-z][a-z0-9_]*): what other template languages write in double braces
 * ({{.Names}}, {{ var }}) mostly stays what it is.
 */
#include <string.h>

#include "base/text.h"
#include "compiler/runbook.h"
#include "compiler/expand.h"
#include "lang/regex.h"
#include "lang/values.h"

#define VALUE_MAX 65536

bool
values_next(
    const char *s, size_t len, size_t *at, size_t *ret_len, char name[65])
{
	size_t i = *at, n;
	const char *open;

	while (
	    i + 5 <= len && (open = memmem(s + i, len - i, "{{", 2)) != NULL) {
		i = (size_t)(open - s) + 2;
		if (i < len && s[i] == '{') {
			i--; /* of {{{x}} the last two count */
			continue;
		}
		for (n = 0; i + n < len && n < 65; n++)
			if (!((s[i + n] >= 'a' && s[i + n] <= 'z') ||
				(n > 0 &&
				    ((s[i + n] >= '0' && s[i + n] <= '9') ||
					s[i + n] == '_'))))
				break;
		if (n == 0 || n > 64 || i + n + 2 > len ||
		    memcmp(s + i + n, "}}", 2) != 0)
			continue;
		memcpy(name, s + i, n);
		name[n] = '\0';
		*at = i - 2;
		*ret_len = n + 4;
		return true;
	}
	return false;
}

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

/* The sentence, after its code was kept. */
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

/* What no value may hold, whatever its type. */
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

void
values_fill(const char *s, value_fn value, void *ctx, struct buf *out)
{
	size_t len = strlen(s), from = 0, at = 0, size;
	char name[65];

	while (value != NULL && values_next(s, len, &at, &size, name)) {
		const char *text = value(ctx, name);

		buf_put(out, s + from, at - from);
		if (text != NULL)
			buf_puts(out, text);
		else
			buf_put(out, s + at, size);
		at += size;
		from = at;
	}
	buf_put(out, s + from, len - from);
}

/* NULL, or why the pattern refuses the value: the author's message, or a clause
 * that ends with the pattern.  An answer that is not known is a refusal. */
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

/* Each item, by what an item may be and by the pattern. */
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
runbook_value_refused(const struct parameter *p, const char *value,
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
runbook_check_value(
    const struct parameter *p, const char *value, struct buf *scratch)
{
	const char *code;

	return runbook_value_refused(p, value, scratch, &code);
}

/* The word in the text at or after s, with nothing of a name around it. */
static const char *
find_word(const char *text, const char *s, const char *word)
{
	static const char more[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	size_t len = strlen(word);

	for (; (s = strstr(s, word)) != NULL; s++)
		if ((s == text || strchr(more, s[-1]) == NULL) &&
		    (s[len] == '\0' || strchr(more, s[len]) == NULL))
			return s;
	return NULL;
}

/* $name, ${name and its like; in arithmetic a name stands by itself. */
static bool
shell_reads(const char *text, const char *name)
{
	bool bare = strstr(text, "((") != NULL;

	for (const char *s = text; (s = find_word(text, s, name)) != NULL;
	     s++) {
		const char *before = s;

		while (before > text && strchr("{#!", before[-1]) != NULL)
			before--;
		if (bare || (before > text && before[-1] == '$'))
			return true;
	}
	return false;
}

/* CS_NAME, which every interpreter has in its environment. */
static bool
environment_reads(const char *text, const char *name)
{
	char word[3 + 65] = "CS_";
	size_t len = strlen(name);

	for (size_t i = 0; i <= len && i < 64; i++)
		word[3 + i] = name[i] >= 'a' && name[i] <= 'z'
		    ? (char)(name[i] - 'a' + 'A')
		    : name[i];
	return find_word(text, text, word) != NULL;
}

static bool
braces_read(const char *text, const char *name)
{
	size_t at = 0, n;
	char found[65];

	for (; text != NULL && values_next(text, strlen(text), &at, &n, found);
	     at += n)
		if (strcmp(found, name) == 0)
			return true;
	return false;
}

bool
values_step_reads(const struct step *step, const char *name)
{
	bool shell = step->kind == STEP_SH || step->kind == STEP_BASH;
	bool script = shell || step->kind == STEP_PYTHON;

	return (shell && shell_reads(step->text, name)) ||
	    (script && environment_reads(step->text, name)) ||
	    (!script && braces_read(step->text, name)) ||
	    braces_read(step->answers, name) || braces_read(step->file, name) ||
	    braces_read(step->cwd, name);
}
