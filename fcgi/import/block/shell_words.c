/*
 * shell_words.c: the words of one plain command of a shell.
 *
 * It reads what can be carried over into another language exactly, and refuses
 * all else: a shell's expansions are not to be guessed.
 */
#include <string.h>

#include "import/block/shell_words.h"
#include "base/arena.h"
#include "base/buf.h"

/* A double-quoted text at s, up to its end; 0: it has more than text. */
static size_t
read_quoted(const char *s, const char *end, struct buf *out)
{
	const char *from = s++;

	for (; s < end && *s != '"'; s++) {
		if (*s == '$' || *s == '`')
			return 0;
		if (*s == '\\' && s + 1 < end &&
		    strchr("\"\\$`\n", s[1]) != NULL) {
			s++;
			if (*s == '\n')
				continue;
		}
		buf_putc(out, *s);
	}
	return s < end ? (size_t)(s + 1 - from) : 0;
}

/* A part of a word, at s; 0: it is none that is understood. */
static size_t
read_part(const char *s, const char *end, struct buf *out)
{
	const char *close;

	if (*s == '\'') {
		close = memchr(s + 1, '\'', (size_t)(end - s - 1));
		if (close == NULL)
			return 0;
		buf_put(out, s + 1, (size_t)(close - s - 1));
		return (size_t)(close + 1 - s);
	}
	if (*s == '"')
		return read_quoted(s, end, out);
	if (*s == '\\') {
		if (s + 1 == end)
			return 0;
		if (s[1] != '\n')
			buf_putc(out, s[1]);
		return 2;
	}
	if (strchr("|&;()$`\n", *s) != NULL)
		return 0;
	if (*s == '<' || *s == '>')
		return 0;
	buf_putc(out, *s);
	return 1;
}

static bool
read_words(struct arena *a, const char *s, const char *end, struct buf *word,
    struct shell_words *ret)
{
	size_t n;

	while (s < end) {
		if (strchr(" \t\n", *s) != NULL ||
		    (*s == '\\' && s + 1 < end && s[1] == '\n')) {
			s += *s == '\\' ? 2 : 1;
			continue;
		}
		if (*s == '#')
			return false;
		if (ret->count == SHELL_WORDS_MAX)
			return false;
		buf_reset(word);
		while (s < end && strchr(" \t\n", *s) == NULL) {
			n = read_part(s, end, word);
			if (n == 0)
				return false;
			s += n;
		}
		ret->all[ret->count++] = arena_strndup(
		    a, buf_text(word), word->len);
	}
	return ret->count > 0;
}

bool
shell_words_read(
    struct arena *a, const char *s, size_t len, struct shell_words *ret)
{
	struct buf word = { 0 };
	bool ok;

	ret->count = 0;
	while (len > 0 && strchr(" \t\n\r", s[len - 1]) != NULL)
		len--;
	ok = read_words(a, s, s + len, &word, ret);
	buf_clear(&word);
	return ok;
}
