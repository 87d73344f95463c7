/*
 * search_term.c: what people search for, as the patterns of SQLite.
 */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "journal/search/search_term.h"

#define CJK_FIRST 0x2E80 /* radicals; ideographs, kana and Hangul follow */

const char *
search_term_phrase(struct arena *a, const char *text)
{
	struct buf quoted = { 0 };
	const char *copy;

	buf_putc(&quoted, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"')
			buf_putc(&quoted, '"');
		buf_putc(&quoted, *text);
	}
	buf_putc(&quoted, '"');
	copy = arena_strdup(a, buf_text(&quoted));
	buf_clear(&quoted);
	return copy;
}

bool
search_term_is_cjk(uint32_t cp)
{
	return cp >= CJK_FIRST;
}

enum search_index
search_term_index(const char *text)
{
	uint32_t at[3] = { 0 };
	size_t len = strlen(text), size;
	int count = 0;

	for (; count < 3 && (size = text_utf8_next(text, len, &at[count])) > 0;
	     text += size, len -= size)
		count++;
	if (count == 3)
		return SEARCH_TRIGRAM;
	return count == 2 && search_term_is_cjk(at[0]) &&
		search_term_is_cjk(at[1])
	    ? SEARCH_PAIR
	    : SEARCH_NONE;
}
