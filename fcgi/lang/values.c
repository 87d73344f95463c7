/*
 * values.c: {{name}} in text.
 *
 * There is no space inside the braces, and the name is one of ours
 * ([a-z][a-z0-9_]*): double braces of other template languages ({{.Names}}, {{
 * var }}) mostly stay unchanged.
 */
#include <string.h>

#include "base/text.h"
#include "lang/values.h"

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
