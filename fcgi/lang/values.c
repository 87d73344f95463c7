/*
 * values.c: {{name}} in text.
 *
 * There is no space inside the braces, and the name is one of ours
 * ([a-z][a-z0-9_]*): double braces of other template languages ({{.Names}}, {{
 * var }}) mostly stay unchanged.  {{item/pointer}} is a part of the member of a
 * list that a request is sent for (foreach=); no other name has a pointer.
 */
#include <string.h>

#include "base/text.h"
#include "lang/values.h"

/* A byte of a JSON pointer that stands between braces. */
static bool
is_pointer(char c)
{
	return (unsigned char)c > ' ' && c != 0x7f &&
	    strchr("{}\"<>", c) == NULL;
}

/* The length of the name at s, at most 65. */
static size_t
name_len(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && n < 65 &&
	    ((s[n] >= 'a' && s[n] <= 'z') ||
		(n > 0 && ((s[n] >= '0' && s[n] <= '9') || s[n] == '_'))))
		n++;
	if (n == 4 && n < len && memcmp(s, "item/", 5) == 0)
		while (n < len && n < 65 && is_pointer(s[n]))
			n++;
	return n;
}

bool
values_is_item(const char *name)
{
	return strcmp(name, "item") == 0 || text_starts(name, "item/");
}

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
		n = name_len(s + i, len - i);
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
