/* yaml.h: YAML as a tree with source positions. */
#ifndef COMPILER_PARSE_YAML_H
#define COMPILER_PARSE_YAML_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

enum yaml_tree_kind { YTREE_TEXT, YTREE_LIST, YTREE_MAP };

struct yaml_tree {
	enum yaml_tree_kind kind;
	const char *key; /* within a map, else NULL */
	int key_line, key_column;
	const char *text; /* TEXT: as written, quotes removed */
	bool quoted;
	int line, column; /* from 1 */
	struct yaml_tree *first, *next;
	size_t count;
};

typedef void (*yaml_tree_report_fn)(
    void *ctx, int line, int column, const char *message);

/*
 * Parses one YAML document whose first line has the number `line`. NULL if it
 * is empty or malformed; errors (also duplicate keys, anchors, tags, keys that
 * are not text) go to tell(). All belongs to the arena.
 */
struct yaml_tree *yaml_tree_read(struct arena *arena, const char *text,
    size_t len, int line, yaml_tree_report_fn tell, void *ctx);

/* The value of a key of a map, or NULL. */
const struct yaml_tree *yaml_tree_get(
    const struct yaml_tree *map, const char *key);

/* The text of a key of a map, or NULL if it is absent, empty or no text. */
const char *yaml_tree_text(const struct yaml_tree *map, const char *key);

/* A map: reports each key that is not in `known` (NULL-terminated). */
void yaml_tree_check_keys(struct arena *arena, const struct yaml_tree *map,
    const char *const *known, const char *where, yaml_tree_report_fn tell,
    void *ctx);

/* "true", "yes", "false", "no" without quotes.  False: none of them. */
bool yaml_tree_bool(const struct yaml_tree *y, bool *ret);

#endif
