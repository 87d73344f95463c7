/*
 * project_search.c: the texts in which runs are searched.
 *
 * SQLite's trigrams (search_index) find every term of three characters or more
 * wherever it stands in a text.  Two characters of Chinese are a word as well:
 * pairs of CJK characters have a table of their own (search_pair), which stays
 * small, as other texts have none.  Pairs of all characters were rejected: that
 * index would be larger than the events.  A replay in memory, in which nobody
 * searches, has no trigrams: they take longer than all of its other rows.
 */
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/project/project.h"
#include "journal/project/project_search.h"
#include "journal/search/search_term.h"

/* A character at s and its length; 0 at the end. */
static size_t
next(const char *s, uint32_t *ret_cp)
{
	return *s != '\0' ? text_utf8_next(s, strlen(s), ret_cp) : 0;
}

/* Adds each pair of CJK characters of a text. */
static enum err
add_pairs(struct db *db, const struct event *e, int64_t field, const char *text)
{
	uint32_t a, b;
	size_t first, second;
	char pair[9];
	enum err err = ERR_OK;

	for (; err == ERR_OK && (first = next(text, &a)) > 0; text += first) {
		second = next(text + first, &b);
		if (second == 0 || !search_term_is_cjk(a) ||
		    !search_term_is_cjk(b))
			continue;
		memcpy(pair, text, first + second);
		pair[first + second] = '\0';
		err = db_run(db, STMT_SEARCH_PAIR_ADD, INT(e->run), INT(field),
		    TEXT(pair));
	}
	return err;
}

enum err
project_search_add(struct db *db, const struct event *e)
{
	/* in the order of STMT_SEARCH_ADD */
	const char *const texts[] = { text_of(e, "title"), text_of(e, "reason"),
		text_of(e, "runbook") };
	enum err err = db_run(db, STMT_SEARCH_ADD, INT(e->run), TEXT(texts[0]),
	    TEXT(texts[1]), TEXT(texts[2]));

	if (err == ERR_OK && db_is_writer(db))
		err = db_run(db, STMT_SEARCH_INDEX, INT(e->run));
	for (size_t i = 0;
	     i < sizeof(texts) / sizeof(texts[0]) && err == ERR_OK; i++)
		err = add_pairs(db, e, (int64_t)i, texts[i]);
	return err;
}
