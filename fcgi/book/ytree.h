/*
 * ytree.h: YAML as a tree that remembers where each value stands.
 */
#ifndef BOOK_YTREE_H
#define BOOK_YTREE_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

enum ytree_kind { YTREE_TEXT, YTREE_LIST, YTREE_MAP };

struct ytree {
	enum ytree_kind	 kind;
	const char	*key;		/* within a map, else NULL */
	int		 key_line, key_column;
	const char	*text;		/* TEXT: as written, quotes removed */
	bool		 quoted;
	int		 line, column;	/* from 1 */
	struct ytree	*first, *next;
	size_t		 count;
};

typedef void (*ytree_report_fn)(void *ctx, int line, int column,
    const char *message);

/*
 * Reads one YAML document whose first line has the number `line`.  NULL
 * where it is empty or cannot be read; mistakes (also duplicate keys,
 * anchors, tags, keys that are not text) are told to tell().  All belongs
 * to the arena.
 */
struct ytree	*ytree_read(struct arena *arena, const char *text, size_t len,
		    int line, ytree_report_fn tell, void *ctx);

/* The value of a key of a map, or NULL. */
const struct ytree *ytree_get(const struct ytree *map, const char *key);

/* The text of a key of a map, or NULL where it is absent, empty or none. */
const char	*ytree_text(const struct ytree *map, const char *key);

/* A map: reports each key that is not among `known` (ended by NULL). */
void		 ytree_check_keys(struct arena *arena,
		    const struct ytree *map, const char *const *known,
		    const char *where, ytree_report_fn tell, void *ctx);

/* "true", "yes", "false", "no" without quotes.  False: none of them. */
bool		 ytree_bool(const struct ytree *y, bool *ret);

#endif
