/*
 * json_part.c: the name of a part of JSON output, such as "/items[]/clientId".
 *
 * Other brackets are refused: an author who writes /items[0] would learn during
 * the upgrade that no member is called "items[0]".
 */
#include <string.h>

#include "lang/json_part.h"

/* Decodes ~0 to ~3; false: it has another ~. */
static bool
unescape(const char *s, size_t len, struct buf *out)
{
	buf_reset(out);
	for (size_t i = 0; i < len; i++) {
		if (s[i] != '~') {
			buf_putc(out, s[i]);
			continue;
		}
		if (++i >= len || s[i] < '0' || s[i] > '3')
			return false;
		buf_putc(out, "~/ ,"[s[i] - '0']);
	}
	return true;
}

enum json_part
json_part_next(const char **at, struct buf *name)
{
	const char *s = *at;
	size_t n;

	if (*s == '\0')
		return JSON_PART_END;
	if (strncmp(s, "[]", 2) == 0) {
		*at = s + 2;
		return JSON_PART_EACH;
	}
	if (*s != '/')
		return JSON_PART_WRONG;
	n = strcspn(++s, "/[]");
	if ((n == 0 && s[n] == '[') || !unescape(s, n, name))
		return JSON_PART_WRONG;
	*at = s + n;
	return JSON_PART_NAME;
}

bool
json_part_is(const char *text)
{
	struct buf name = { 0 };
	enum json_part got = *text == '\0' ? JSON_PART_WRONG : JSON_PART_NAME;

	while (got != JSON_PART_END && got != JSON_PART_WRONG)
		got = json_part_next(&text, &name);
	buf_clear(&name);
	return got == JSON_PART_END;
}
