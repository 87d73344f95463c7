/*
 * input.c: the copy of a document that md4c reads.
 *
 * The copy differs from the source if md4c reads something else than
 * CommonMark, GFM or a Chinese author means; texts and places are then taken
 * from the source.  A byte may be replaced by another, or bytes be put
 * in; none is left out, so each range of the copy is one of the source.
 *
 *   - md4c 0.4.8 does not take a fence with a tab behind it for a closing one:
 *     the copy has blanks there.
 *   - It wants three dashes in each cell of a table's delimiter row, GFM one.
 *   - A table's header and delimiter row must have as many cells: else the
 *     copy breaks the row.
 *   - At a blank line behind a block of code in an item of a list, it takes
 *     the end of the last line of code for a type of block; if its low byte is
 *     that of an item, the list ends there.  A blank before that line, which
 *     the text of the block has not, moves it.
 *   - “##标题” is a heading, and so is “##标题##”: the copy has blanks there.
 *   - In “**注意：**密码” the second “**” does not close by CommonMark's rule,
 *     since punctuation stands before it and a letter behind.  A character that
 *     is neither, put between, lets it open or close as between letters.
 */
#include <md4c.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "compiler/parse/cjk.h"
#include "compiler/parse/parse.h"
#include "compiler/parse/source.h"

/* U+FDD0, which stands for no character at all. */
static const char filler[] = INPUT_FILLER;

static void
insert(struct input *in, const char *s)
{
	struct inserted *i = mem_grow(
	    &in->all, &in->cap, in->count, sizeof(*i));

	i->at = in->text.len;
	i->len = strlen(s);
	i->before = in->count == 0 ? 0 : i[-1].before + i[-1].len;
	in->count++;
	buf_puts(&in->text, s);
}

/* Blanks for the tabs behind a fence. */
static void
put_fence(const char *s, size_t len, struct buf *out)
{
	size_t end = len;

	while (end > 0 && (s[end - 1] == ' ' || s[end - 1] == '\t'))
		end--;
	buf_put(out, s, end);
	for (; end < len; end++)
		buf_putc(out, ' ');
}

static bool
is_space(uint32_t cp)
{
	return cp == 0 || cp == ' ' || (cp >= '\t' && cp <= '\r') ||
	    cp == 0xa0 || cp == 0x3000;
}

static bool
is_punctuation(uint32_t cp)
{
	return (cp > ' ' && cp < '0') || (cp > '9' && cp < 'A') ||
	    (cp > 'Z' && cp < 'a') || (cp > 'z' && cp < 0x7f) ||
	    (cp >= 0x2010 && cp <= 0x205e) || cjk_is_punctuation(cp);
}

static bool
is_word(uint32_t cp)
{
	return !is_space(cp) && !is_punctuation(cp);
}

/* The asterisks or tildes at [at, end) of a line, as between letters. */
static void
put_marks(struct input *in, const char *s, size_t len, size_t at, size_t end)
{
	uint32_t before = cjk_before(s, at), behind = cjk_at(s, len, end);

	if (before != '\\' && is_punctuation(before) && is_word(behind) &&
	    (cjk_is_letter(behind) || cjk_is_punctuation(before)))
		insert(in, filler);
	buf_put(&in->text, s + at, end - at);
	if (behind != '_' && is_punctuation(behind) && is_word(before) &&
	    (cjk_is_letter(before) || cjk_is_punctuation(behind)))
		insert(in, filler);
}

static void
put_text(struct input *in, const char *s, size_t len)
{
	size_t end;

	for (size_t i = 0; i < len; i = end) {
		end = i + 1;
		if (s[i] != '*' && s[i] != '~') {
			while (end < len && s[end] != '*' && s[end] != '~')
				end++;
			buf_put(&in->text, s + i, end - i);
			continue;
		}
		while (end < len && s[end] == s[i])
			end++;
		put_marks(in, s, len, i, end);
	}
}

/* “##标题” with the blanks that CommonMark wants beside its marks. */
static void
put_heading(struct input *in, const char *s, size_t len, bool fill)
{
	const char *mark = memchr(s, '#', len);
	size_t marks = 0, from = (size_t)(mark - s), end = len, text;

	while (mark[marks] == '#')
		marks++;
	from += marks;
	buf_put(&in->text, s, from);
	insert(in, " ");
	while (end > from && (s[end - 1] == ' ' || s[end - 1] == '\t'))
		end--;
	for (text = end; text > from && s[text - 1] == '#';)
		text--;
	if (text == from || text == end || strchr(" \t\\", s[text - 1]))
		text = len;
	if (fill)
		put_text(in, s + from, text - from);
	else
		buf_put(&in->text, s + from, text - from);
	if (text < len)
		insert(in, " ");
	buf_put(&in->text, s + text, len - text);
}

/* Behind the blanks and the marks of quotes. */
static size_t
skip_marks(const char *s, size_t len)
{
	size_t i = 0;

	while (i < len && (s[i] == ' ' || s[i] == '\t' || s[i] == '>'))
		i++;
	return i;
}

/* The number of cells of the row. */
static size_t
count_cells(const char *s, size_t len)
{
	size_t i = skip_marks(s, len), cells = 1;

	while (len > i && (s[len - 1] == ' ' || s[len - 1] == '\t'))
		len--;
	if (len > i && s[i] == '|')
		i++;
	if (len > i && s[len - 1] == '|' &&
	    (len == i + 1 || s[len - 2] != '\\'))
		len--;
	for (; i < len; i++) {
		if (s[i] == '\\')
			i++;
		else if (s[i] == '|')
			cells++;
	}
	return cells;
}

/* Nothing but cells of dashes, with one bar at least; no list's mark. */
static bool
is_delimiter_row(const char *s, size_t len)
{
	size_t i = skip_marks(s, len), dashes = 0, bars = 0;

	if (i + 1 >= len ||
	    (s[i] == '-' && (s[i + 1] == ' ' || s[i + 1] == '\t')))
		return false;
	for (; i < len; i++) {
		if (strchr("|-: \t", s[i]) == NULL)
			return false;
		bars += s[i] == '|';
		dashes += s[i] == '-';
	}
	return bars > 0 && dashes > 0;
}

/* Three dashes for one or two. */
static void
put_row(struct input *in, const char *s, size_t len)
{
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		for (n = 0; i + n < len && s[i + n] == '-'; n++)
			;
		buf_put(&in->text, s + i, n > 0 ? n : 1);
		if (n == 1 || n == 2)
			insert(in, n == 1 ? "--" : "-");
		n += n == 0;
	}
}

static bool
is_last_of_block(const struct parse *p, int line)
{
	return (size_t)line + 1 < p->lines_count &&
	    (p->line_sorts[line + 1] & ~LINE_COMMENT) == LINE_FENCE;
}

static void
put_line(const struct parse *p, int line, bool fill, struct input *in)
{
	size_t from = source_line_start(p, line);
	size_t end = source_line_end(p, line);
	size_t above = source_line_start(p, line - 1);
	int sort = p->line_sorts[line] & ~LINE_COMMENT;
	const char *s;

	if (from < p->body)
		from = p->body;
	s = p->src + from;
	if (sort == LINE_FENCE) {
		put_fence(s, end - from, &in->text);
	} else if (sort == LINE_CODE) {
		if (is_last_of_block(p, line) &&
		    ((in->text.len + end - from) & 0xff) == MD_BLOCK_LI)
			insert(in, " ");
		buf_put(&in->text, s, end - from);
	} else if (sort == LINE_CLOSE_HEADING) {
		put_heading(in, s, end - from, fill);
	} else if (above >= p->body && line > 0 &&
	    is_delimiter_row(s, end - from)) {
		if (fill &&
		    count_cells(s, end - from) !=
			count_cells(p->src + above,
			    source_line_end(p, line - 1) - above))
			insert(in, filler);
		put_row(in, s, end - from);
	} else if (fill) {
		put_text(in, s, end - from);
	} else {
		buf_put(&in->text, s, end - from);
	}
	buf_put(&in->text, p->src + end, source_line_start(p, line + 1) - end);
}

void
input_make(const struct parse *p, struct input *ret)
{
	int line = source_line(p, p->body);
	bool fill = memmem(p->src, p->len, filler, strlen(filler)) == NULL;

	*ret = (struct input){ .body = p->body };
	for (; (size_t)line < p->lines_count; line++)
		put_line(p, line, fill, ret);
}

void
input_clear(struct input *in)
{
	buf_clear(&in->text);
	free(in->all);
}

bool
input_source(const struct input *in, const char *s, size_t *ret_at)
{
	size_t low = 0, high = in->count, at;

	if (in->text.len == 0 || s < in->text.data ||
	    s > in->text.data + in->text.len)
		return false;
	at = (size_t)(s - in->text.data);
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (in->all[mid].at < at)
			low = mid + 1;
		else
			high = mid;
	}
	if (low > 0) {
		const struct inserted *i = &in->all[low - 1];

		at -= i->before + (at - i->at < i->len ? at - i->at : i->len);
	}
	*ret_at = in->body + at;
	return true;
}
