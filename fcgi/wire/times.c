/*
 * times.c: writes and reads TARGET.times.
 *
 * The file is appended to while a step runs, so it is lines and not JSON: what
 * is there can be read at any time.  A piece is written at its beginning and
 * not at its end, which makes that a whole description, too.  Pieces get rarer
 * with time, so that output of a year fits into a megabyte; their times are off
 * by a 5000th of the length of the recording at most.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "wire/times.h"

void
times_put_start(int64_t started, struct buf *out)
{
	buf_printf(out, "times 1 %" PRId64 "\n", started);
}

void
times_put_piece(
    struct times_piece before, struct times_piece piece, struct buf *out)
{
	buf_printf(out, "%" PRId64 " %" PRId64 "\n", piece.ms - before.ms,
	    piece.at - before.at);
}

void
times_put_end(const struct times_left *left, const struct times_file *cast,
    const struct times_file *text, struct buf *out)
{
	if (left->bytes > 0)
		buf_printf(out, "left %" PRId64 " %" PRId64 " %" PRId64 "\n",
		    left->from, left->bytes, left->notice);
	if (cast->hash[0] != '\0')
		buf_printf(
		    out, "cast %" PRId64 " %s\n", cast->bytes, cast->hash);
	buf_printf(out, "text %" PRId64 " %s\n", text->bytes, text->hash);
}

bool
times_is_due(int64_t before, int64_t ms)
{
	int64_t step = ms / TIMES_STEP_PART;

	return before < 0 ||
	    ms - before >= (step > TIMES_STEP_MS ? step : TIMES_STEP_MS);
}

/* The next word of the line as a number. */
static bool
take_number(char **rest, int64_t *ret)
{
	char *word = strsep(rest, " ");

	return word != NULL && text_int(word, 0, INT64_MAX / 4, ret);
}

/* "BYTES HASH", and nothing else. */
static bool
take_file(char *rest, struct times_file *ret)
{
	if (ret->hash[0] != '\0' || !take_number(&rest, &ret->bytes) ||
	    rest == NULL || strlen(rest) != HASH_TEXT - 1 ||
	    strspn(rest, "0123456789abcdef") != HASH_TEXT - 1)
		return false;
	memcpy(ret->hash, rest, HASH_TEXT);
	return true;
}

static bool
take_left(struct times *t, char *rest)
{
	struct times_left *l = &t->left;

	return l->bytes == 0 && take_number(&rest, &l->from) &&
	    take_number(&rest, &l->bytes) && take_number(&rest, &l->notice) &&
	    rest == NULL && l->bytes > 0;
}

static bool
take_piece(struct times *t, char *line, size_t *cap)
{
	static const struct times_piece none;
	struct times_piece last = t->count > 0 ? t->pieces[t->count - 1] : none;
	struct times_piece piece;

	if (t->left.bytes > 0 || t->cast.hash[0] != '\0' ||
	    !take_number(&line, &piece.ms) || !take_number(&line, &piece.at) ||
	    line != NULL)
		return false;
	piece.ms += last.ms;
	piece.at += last.at;
	if (piece.ms > INT64_MAX / 4 || piece.at > INT64_MAX / 4)
		return false;
	*(struct times_piece *)mem_grow(
	    &t->pieces, cap, t->count, sizeof(piece)) = piece;
	t->count++;
	return true;
}

static bool
take_line(struct times *t, char *line, size_t *cap)
{
	if (t->text.hash[0] != '\0')
		return false;
	if (text_starts(line, "text "))
		return take_file(line + 5, &t->text);
	if (text_starts(line, "cast "))
		return take_file(line + 5, &t->cast);
	if (text_starts(line, "left "))
		return take_left(t, line + 5);
	return take_piece(t, line, cap);
}

enum err
times_read(const char *data, size_t len, struct times *ret)
{
	char *copy = mem_strndup(data, len), *rest = copy, *line, *eol;
	enum err err = ERR_INVALID;
	size_t cap = 0;

	*ret = (struct times){ 0 };
	if (len > TIMES_MOST || strlen(copy) != len)
		goto out;
	line = strsep(&rest, "\n");
	if (rest == NULL || !text_starts(line, "times 1 ") ||
	    !text_int(line + 8, 0, INT64_MAX / 4, &ret->started))
		goto out;
	while ((eol = strchr(rest, '\n')) != NULL) {
		*eol = '\0';
		if (!take_line(ret, rest, &cap))
			goto out;
		rest = eol + 1;
	}
	if (*rest == '\0' || ret->text.hash[0] == '\0')
		err = ERR_OK;
out:
	free(copy);
	return err;
}

void
times_clear(struct times *t)
{
	free(t->pieces);
	*t = (struct times){ 0 };
}

int64_t
times_place(const struct times *t, int64_t at)
{
	const struct times_left *l = &t->left;

	if (l->bytes == 0 || at <= l->from)
		return at;
	return at < l->from + l->bytes ? l->from : at - l->bytes + l->notice;
}
