/*
 * attribute_words.c: values of attributes that are lists of words.
 */
#include <string.h>

#include "base/arena.h"
#include "base/message.h"
#include "compiler/parse/attribute_words.h"

static bool
is_listed(const char *const *list, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i], word) == 0)
			return true;
	return false;
}

const char *
attribute_words(struct arena *arena, const char *value,
    bool (*is_right)(const char *word), const char *why,
    const char *const **ret, size_t *ret_count)
{
	static const char between[] = " \t,";
	const char **list = arena_alloc(
	    arena, (strlen(value) / 2 + 1) * sizeof(*list));
	size_t count = 0, n;

	for (const char *s = value;; s += n) {
		s += strspn(s, between);
		if ((n = strcspn(s, between)) == 0)
			break;
		list[count] = arena_strndup(arena, s, n);
		if (!is_right(list[count]))
			return why;
		if (is_listed(list, count, list[count]))
			return MESSAGE("attribute_word_twice");
		count++;
	}
	*ret = list;
	*ret_count = count;
	return count > 0 ? NULL : why;
}
