/*
 * edit_line.c: parses one line of an edit step.
 *
 * Blanks before the verb are skipped, and a line that begins with “#” is a
 * comment.  An arrow or an equals sign with nothing behind it means an empty
 * text, since editors remove the blank at the end of a line.
 */
#include <string.h>

#include "base/message.h"
#include "lang/edit_line.h"

static const char *
read_replace(const char *s, size_t len, struct edit_line *ret)
{
	const char *arrow = memmem(s, len, " -> ", 4);
	size_t gap = 4;

	if (arrow == NULL && len > 3 && memcmp(s + len - 3, " ->", 3) == 0) {
		arrow = s + len - 3;
		gap = 3;
	}
	if (arrow == NULL || arrow == s)
		return MESSAGE("edit_replace_form");
	ret->what = s;
	ret->what_len = (size_t)(arrow - s);
	ret->with = arrow + gap;
	ret->with_len = len - ret->what_len - gap;
	return NULL;
}

static const char *
read_set(const char *s, size_t len, struct edit_line *ret)
{
	const char *sign = memchr(s, '=', len);
	size_t key = sign != NULL ? (size_t)(sign - s) : 0, from = key + 1;

	while (key > 0 && s[key - 1] == ' ')
		key--;
	while (from < len && s[from] == ' ')
		from++;
	if (key == 0)
		return MESSAGE("edit_set_form");
	ret->what = s;
	ret->what_len = key;
	ret->with = s + from;
	ret->with_len = len - from;
	return NULL;
}

static const char *
read_line(const char *s, size_t len, struct edit_line *ret)
{
	ret->what = s;
	ret->what_len = len;
	return NULL;
}

const char *
edit_line_read(const char *s, size_t len, struct edit_line *ret)
{
	static const struct {
		const char *word;
		enum edit_verb verb;
		const char *(*read)(const char *, size_t, struct edit_line *);
	} verbs[] = {
		{ "replace ", EDIT_REPLACE, read_replace },
		{ "ensure ", EDIT_ENSURE, read_line },
		{ "remove ", EDIT_REMOVE, read_line },
		{ "set ", EDIT_SET, read_set },
	};

	*ret = (struct edit_line){ 0 };
	if (len > 0 && s[len - 1] == '\r')
		len--;
	for (; len > 0 && (*s == ' ' || *s == '\t'); len--)
		s++;
	if (len == 0 || *s == '#')
		return NULL;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		size_t n = strlen(verbs[i].word);

		if (len > n && memcmp(s, verbs[i].word, n) == 0) {
			ret->verb = verbs[i].verb;
			return verbs[i].read(s + n, len - n, ret);
		}
	}
	return MESSAGE("edit_form");
}
