/* attribute_values.c: values of attributes that have a form of their own. */
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "compiler/parse/attribute_values.h"

bool
attribute_is_mode(const char *value)
{
	size_t n = strspn(value, "01234567");

	return value[n] == '\0' && (n == 3 || n == 4);
}

bool
attribute_is_status(const char *value)
{
	for (const char *s = value;; s += 4) {
		if (*s < '1' || *s > '5' ||
		    (strspn(s + 1, "0123456789") != 2 &&
			!text_starts(s + 1, "xx")))
			return false;
		if (s[3] == '\0')
			return true;
		if (s[3] != ',')
			return false;
	}
}

bool
attribute_is_list(struct arena *arena, const char *value, const char **ret_step,
    const char **ret_pointer)
{
	size_t n = strcspn(value, "~");
	const char *id = arena_strndup(arena, value, n);

	if (!text_is_id(id) || (value[n] == '~' && value[n + 1] != '/'))
		return false;
	*ret_step = id;
	*ret_pointer = value[n] == '~' ? value + n + 1 : NULL;
	return true;
}
