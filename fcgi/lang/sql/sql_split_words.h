/* sql_split_words.h: rules about the words of a statement being split. */
#ifndef LANG_SQL_SQL_SPLIT_WORDS_H
#define LANG_SQL_SQL_SPLIT_WORDS_H

#include "lang/sql/sql_split.h"

#define NONE ((size_t)-1)
#define DELIMITER_MAX 16

struct scan {
	const char *s;
	size_t len;
	size_t at;
	enum step_kind dialect;
	bool backslash;
	bool plain; /* a file: no values, no further files */
	struct statements *out;
	size_t begin; /* of the statement, or NONE */
	size_t end;   /* of its last token */
	size_t values_from;
	size_t word_at; /* of the last word */
	size_t word_end;
	bool head;   /* only CREATE … so far */
	bool body;   /* may have BEGIN … END */
	bool begun;  /* MySQL: has BEGIN in that */
	bool copies; /* COPY … STDIN or STDOUT */
	bool local;  /* LOAD DATA … LOCAL */
	int depth;   /* of BEGIN and CASE */
	char delimiter[DELIMITER_MAX + 1];
};

/* False; stores the error. */
static inline bool
wrong(struct scan *c, size_t at, const char *what)
{
	c->out->wrong_at = at;
	c->out->wrong = what;
	return false;
}

/* Part of a word. */
static inline bool
is_word(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
	    (ch >= '0' && ch <= '9') || ch == '_' || ch == '$' ||
	    (unsigned char)ch >= 0x80;
}

/* Follows the last word of the statement. */
void statement_note_word(struct scan *c);

/*
 * False (and the error) if the server would refuse the statement, which ends
 * here, after those before it were applied.
 */
bool statement_allowed(struct scan *c);

/* The word here is a command of the mysql client alone. */
bool statement_is_client_word(const struct scan *c);

/* "mysql>", "MariaDB [app]>", "sqlite>", "app=#" or "app=>" here. */
bool statement_is_prompt(const struct scan *c);

#endif
