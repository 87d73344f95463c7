/* cursor.c: parses the list of runs in a request for events. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "web/http/cursor.h"

#define MAX_NUMBER 20 /* digits */

/* One "RUN" or "RUN:SEQ" of `len` bytes. */
static bool
read_one(const char *text, size_t len, struct cursor *ret)
{
	char run[MAX_NUMBER + 1] = "", seq[MAX_NUMBER + 1] = "0";
	const char *colon = memchr(text, ':', len);
	size_t first = colon != NULL ? (size_t)(colon - text) : len;
	size_t second = colon != NULL ? len - first - 1 : 0;

	if (first > MAX_NUMBER || second > MAX_NUMBER)
		return false;
	memcpy(run, text, first);
	if (colon != NULL) {
		memcpy(seq, colon + 1, second);
		seq[second] = '\0';
	}
	return text_int(run, 1, INT64_MAX, &ret->run) &&
	    text_int(seq, 0, INT64_MAX, &ret->seq);
}

static struct cursor *
find(struct cursor *at, int count, int64_t run)
{
	for (int i = 0; i < count; i++)
		if (at[i].run == run)
			return &at[i];
	return NULL;
}

int
cursor_read(const char *text, struct cursor *at)
{
	struct cursor one;
	int count = 0;

	while (text != NULL && *text != '\0') {
		size_t len = strcspn(text, ",");

		if (!read_one(text, len, &one))
			return -1;
		if (find(at, count, one.run) == NULL) {
			if (count == CURSOR_RUNS)
				return -1;
			at[count++] = one;
		}
		text += len;
		if (*text == ',' && *++text == '\0')
			return -1;
	}
	return count > 0 ? count : -1;
}

void
cursor_move(struct cursor *at, int count, const char *to)
{
	struct cursor one, *found;

	if (to == NULL || !read_one(to, strlen(to), &one))
		return;
	if ((found = find(at, count, one.run)) != NULL)
		found->seq = one.seq;
}
