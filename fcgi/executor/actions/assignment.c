/* assignment.c: a line `key = value` of a file, for the verb `set`. */
#include <string.h>

#include "base/buf.h"
#include "executor/actions/assignment.h"

size_t
assignment_value(const char *s, const char *key, size_t *ret_gap)
{
	size_t at = strspn(s, " \t"), n;

	if (strncmp(s + at, "export ", 7) == 0)
		at += 7;
	n = key != NULL ? strlen(key) : strcspn(s + at, " \t=:#;[");
	if (n == 0 || (key != NULL && strncmp(s + at, key, n) != 0))
		return 0;
	at += n;
	n = strspn(s + at, " \t");
	if (s[at + n] != '=' &&
	    (s[at + n] != ':' ||
		(s[at + n + 1] != '\0' && s[at + n + 1] != ' ' &&
		    s[at + n + 1] != '\t')))
		return 0;
	*ret_gap = at;
	at += n + 1;
	return at + strspn(s + at, " \t");
}

char *
assignment_put(const char *like, size_t gap, size_t at, const char *key,
    const char *value, const char *behind)
{
	struct buf out = { 0 };

	if (key != NULL)
		buf_puts(&out, key);
	buf_put(
	    &out, like + (key != NULL ? gap : 0), at - (key != NULL ? gap : 0));
	if (at > 0 && like[at - 1] == ':')
		buf_putc(&out, ' '); /* YAML: "key:" had no value */
	buf_puts(&out, value);
	buf_puts(&out, behind);
	return buf_take(&out);
}

/* The end of the quoted text at s; NULL: the quote is not closed. */
static const char *
behind_quotes(const char *s)
{
	char quote = *s++;

	while (*s != '\0' && *s != quote)
		s += *s == '\\' && s[1] != '\0' && quote == '"' ? 2 : 1;
	return *s == quote ? s + 1 : NULL;
}

const char *
assignment_rest(const char *key, const char *value)
{
	const char *s = *value == '"' || *value == '\'' ? behind_quotes(value)
							: value;
	size_t len;

	if (s == NULL)
		return NULL;
	for (const char *c = s; (c = strchr(c, '#')) != NULL; c++)
		if (c > value && (c[-1] == ' ' || c[-1] == '\t')) {
			while (c > s && (c[-1] == ' ' || c[-1] == '\t'))
				c--;
			return c;
		}
	len = strlen(s);
	if ((len > 0 && s[len - 1] == '\\') ||
	    (len == 1 && strchr("{[(", *value) != NULL) ||
	    (len <= 2 && (*value == '|' || *value == '>')))
		return NULL;
	return *key == '"' && len > 0 && s[len - 1] == ',' ? s + len - 1
							   : s + len;
}

bool
assignment_is_other(const char *s, const char *key)
{
	size_t n = strlen(key);

	s += strspn(s, " \t");
	return strncmp(s, key, n) == 0 && (s[n] == ' ' || s[n] == '\t') &&
	    s[n + strspn(s + n, " \t")] != '\0';
}
