/* answers.c: parses lines of /prompt/ => reply. */
#include <string.h>

#include "lang/answers.h"

bool
answers_line(const char *s, size_t len, struct answers_line *ret)
{
	const char *arrow = memmem(s, len, "/ => ", 5);

	if (arrow == NULL && len >= 4 && memcmp(s + len - 4, "/ =>", 4) == 0)
		arrow = s + len - 4;
	if (len == 0 || s[0] != '/' || arrow == NULL || arrow == s)
		return false;
	ret->prompt = s + 1;
	ret->prompt_len = (size_t)(arrow - s) - 1;
	ret->reply = arrow + 5 < s + len ? arrow + 5 : s + len;
	ret->reply_len = (size_t)(s + len - ret->reply);
	return true;
}

bool
answers_next(const char *text, size_t *at, struct answers_line *ret)
{
	while (text != NULL && text[*at] != '\0') {
		const char *s = text + *at;
		size_t len = strcspn(s, "\n");

		*at += len + (s[len] == '\n');
		for (; len > 0 && (*s == ' ' || *s == '\t'); len--)
			s++;
		if (len > 0 && *s != '#' && answers_line(s, len, ret))
			return true;
	}
	return false;
}
