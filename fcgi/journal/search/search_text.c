/*
 * search_text.c: the function of SQL that compares a text with a term.
 *
 * A search must not depend on the filter that leads, so what an index has not
 * found is compared as the index would.  Its trigrams fold the case of all
 * letters, and LIKE that of ASCII alone.  The pairs of letters come from the
 * tokenizer of the index, once per connection (some 10 ms): the tables of
 * another library are of another version of Unicode.  To ask the index row by
 * row was rejected: that takes milliseconds of each row where a trigram is in
 * many texts.
 */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "journal/search/search_text.h"

#define CASE_FIRST 0x80   /* before it: ASCII */
#define CASE_LAST 0x1ffff /* no letter behind it has a case */

/* A letter that is folded, and its folded form in UTF-8. */
struct fold {
	uint32_t from;
	size_t len;
	char to[4];
};

struct folds {
	struct fold *list; /* by `from` */
	size_t count;
	size_t cap;
	struct buf text; /* a text, folded; it is kept for the next one */
	/* while the list is made */
	const char *all;
	size_t all_len;
};

/* All characters that may have a case, and two more: the last trigram. */
static void
put_all(struct buf *out)
{
	char utf8[4];

	for (uint32_t cp = CASE_FIRST; cp <= CASE_LAST; cp++)
		if (cp < 0xd800 || cp > 0xdfff)
			buf_put(out, utf8, text_utf8_put(cp, utf8));
	buf_puts(out, "  ");
}

/* A trigram of the text at `start`, folded: its first character counts. */
static int
add_fold(void *ctx, int flags, const char *token, int len, int start, int end)
{
	struct folds *f = ctx;
	const char *at = f->all + start;
	uint32_t from, to;
	size_t size = text_utf8_next(token, (size_t)len, &to);
	struct fold *fold;

	(void)flags;
	(void)end;
	if (size == 0 ||
	    text_utf8_next(at, f->all_len - (size_t)start, &from) == 0)
		return SQLITE_ERROR;
	if (from == to)
		return SQLITE_OK;
	fold = mem_grow(&f->list, &f->cap, f->count++, sizeof(*fold));
	fold->from = from;
	fold->len = size;
	memcpy(fold->to, token, size);
	return SQLITE_OK;
}

static int
find_api(sqlite3 *handle, fts5_api **ret)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(handle, "SELECT fts5(?1)", -1, &stmt, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_bind_pointer(stmt, 1, ret, "fts5_api_ptr", NULL);
	if (rc == SQLITE_OK && sqlite3_step(stmt) != SQLITE_ROW)
		rc = sqlite3_reset(stmt);
	sqlite3_finalize(stmt);
	return rc == SQLITE_OK && *ret == NULL ? SQLITE_ERROR : rc;
}

static int
read_folds(sqlite3 *handle, struct folds *f)
{
	struct buf all = { 0 };
	fts5_tokenizer tokenizer;
	Fts5Tokenizer *trigrams = NULL;
	fts5_api *api = NULL;
	void *ctx;
	int rc = find_api(handle, &api);

	if (rc == SQLITE_OK)
		rc = api->xFindTokenizer(api, "trigram", &ctx, &tokenizer);
	if (rc == SQLITE_OK)
		rc = tokenizer.xCreate(ctx, NULL, 0, &trigrams);
	if (rc != SQLITE_OK)
		return rc;
	put_all(&all);
	f->all = all.data;
	f->all_len = all.len;
	f->count = 0;
	rc = tokenizer.xTokenize(trigrams, f, FTS5_TOKENIZE_DOCUMENT, all.data,
	    (int)all.len, add_fold);
	tokenizer.xDelete(trigrams);
	buf_clear(&all);
	return rc == SQLITE_OK && f->count == 0 ? SQLITE_ERROR : rc;
}

static int
compare(const void *key, const void *element)
{
	uint32_t cp = *(const uint32_t *)key;
	uint32_t from = ((const struct fold *)element)->from;

	return cp < from ? -1 : cp > from;
}

static void
put_folded(const struct folds *f, const char *s, size_t len, struct buf *out)
{
	char *to = buf_reserve(out, 2 * len); /* a letter may grow */
	const char *begin = to;
	uint32_t cp;
	size_t size;

	for (; len > 0; s += size, len -= size) {
		const struct fold *fold = NULL;

		if ((unsigned char)*s < CASE_FIRST) {
			*to++ = *s >= 'A' && *s <= 'Z' ? (char)(*s | 0x20) : *s;
			size = 1;
			continue;
		}
		size = text_utf8_next(s, len, &cp);
		if (size == 0)
			size = 1; /* a byte that is wrong stands for itself */
		else
			fold = bsearch(
			    &cp, f->list, f->count, sizeof(*f->list), compare);
		memcpy(to, fold != NULL ? fold->to : s,
		    fold != NULL ? fold->len : size);
		to += fold != NULL ? fold->len : size;
	}
	out->len += (size_t)(to - begin);
}

static void
free_term(void *term)
{
	buf_clear(term);
	free(term);
}

/* The folded term, which SQLite keeps for the rows of a statement. */
static struct buf *
term_of(sqlite3_context *c, const struct folds *f, sqlite3_value *value)
{
	struct buf *term = sqlite3_get_auxdata(c, 1);

	if (term == NULL) {
		term = mem_calloc(1, sizeof(*term));
		put_folded(f, (const char *)sqlite3_value_text(value),
		    (size_t)sqlite3_value_bytes(value), term);
		sqlite3_set_auxdata(c, 1, term, free_term);
		term = sqlite3_get_auxdata(c, 1);
	}
	return term;
}

static void
has_text(sqlite3_context *c, int count, sqlite3_value **values)
{
	struct folds *f = sqlite3_user_data(c);
	const char *text = (const char *)sqlite3_value_text(values[0]);
	const struct buf *term;
	int rc;

	(void)count;
	if (text == NULL || sqlite3_value_text(values[1]) == NULL) {
		sqlite3_result_int(c, 0);
		return;
	}
	if (f->count == 0 &&
	    (rc = read_folds(sqlite3_context_db_handle(c), f)) != SQLITE_OK) {
		f->count = 0;
		sqlite3_result_error_code(c, rc);
		return;
	}
	if ((term = term_of(c, f, values[1])) == NULL) {
		sqlite3_result_error_nomem(c);
		return;
	}
	buf_reset(&f->text);
	put_folded(f, text, (size_t)sqlite3_value_bytes(values[0]), &f->text);
	sqlite3_result_int(c,
	    term->len == 0 ||
		(f->text.len > 0 &&
		    memmem(f->text.data, f->text.len, term->data, term->len) !=
			NULL));
}

static void
free_folds(void *ctx)
{
	struct folds *f = ctx;

	free(f->list);
	buf_clear(&f->text);
	free(f);
}

bool
search_text_add(struct sqlite3 *handle)
{
	return sqlite3_create_function_v2(handle, "has_text", 2,
		   SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
		   mem_calloc(1, sizeof(struct folds)), has_text, NULL, NULL,
		   free_folds) == SQLITE_OK;
}
