/*
 * yaml.c: YAML as a tree with source positions.
 *
 * It is built from libyaml's events, so that a scalar keeps the characters of
 * the source (a version 5.10 stays 5.10) and each value its position.  Anchors,
 * aliases and tags are refused: none of our formats needs them, and aliases
 * make small files large.
 */
#include <string.h>
#include <yaml.h>

#include "base/arena.h"
#include "base/message.h"
#include "lang/suggest.h"
#include "plan/plan.h"
#include "compiler/parse/source.h"
#include "compiler/parse/yaml.h"

#define DEPTH_MAX 12
#define VALUES_MAX 20000
#define MEMBERS_MAX 2000

struct reader {
	yaml_parser_t parser;
	struct arena *arena;
	int line; /* of the first line, minus one */
	yaml_tree_report_fn report;
	void *ctx;
	size_t values;
	bool failed;
};

static void
fail(struct reader *r, const yaml_mark_t *mark, const char *message)
{
	if (!r->failed)
		r->report(r->ctx, r->line + (int)mark->line + 1,
		    (int)mark->column + 1, message);
	r->failed = true;
}

static bool
next_event(struct reader *r, yaml_event_t *event)
{
	const char *why;

	memset(event, 0, sizeof(*event));
	if (r->failed)
		return false;
	if (yaml_parser_parse(&r->parser, event))
		return true;
	why = r->parser.problem != NULL ? r->parser.problem : "unreadable";
	fail(r, &r->parser.problem_mark,
	    message_arena(r->arena, "yaml_invalid reason=%s", why));
	return false;
}

static struct yaml_tree *
value_new(struct reader *r, enum yaml_tree_kind kind, const yaml_mark_t *mark)
{
	struct yaml_tree *y = arena_alloc(r->arena, sizeof(*y));

	y->kind = kind;
	y->line = r->line + (int)mark->line + 1;
	y->column = (int)mark->column + 1;
	if (++r->values > VALUES_MAX)
		fail(r, mark, MESSAGE("yaml_many_values"));
	return y;
}

static struct yaml_tree *read_value(
    struct reader *r, yaml_event_t *event, int depth);

static struct yaml_tree *
find_key(const struct yaml_tree *map, const char *key)
{
	for (struct yaml_tree *y = map->first; y != NULL; y = y->next)
		if (y->key != NULL && strcmp(y->key, key) == 0)
			return y;
	return NULL;
}

static void
read_members(
    struct reader *r, struct yaml_tree *y, yaml_event_type_t end, int depth)
{
	struct yaml_tree **tail = &y->first, *key, *value;
	yaml_event_t event;

	while (next_event(r, &event) && event.type != end) {
		key = NULL;
		if (y->kind == YTREE_MAP) {
			yaml_mark_t mark = event.start_mark;

			key = read_value(r, &event, depth);
			if (key == NULL || key->kind != YTREE_TEXT) {
				fail(r, &mark, MESSAGE("yaml_key_text"));
				return;
			}
			if (find_key(y, key->text) != NULL)
				fail(r, &mark,
				    message_arena(r->arena,
					"yaml_key_twice key=%s", key->text));
			if (!next_event(r, &event))
				return;
		}
		value = read_value(r, &event, depth);
		if (value == NULL)
			return;
		if (key != NULL) {
			value->key = key->text;
			value->key_line = key->line;
			value->key_column = key->column;
		}
		*tail = value;
		tail = &value->next;
		if (++y->count > MEMBERS_MAX)
			fail(
			    r, &event.start_mark, MESSAGE("yaml_many_entries"));
	}
	if (!r->failed)
		yaml_event_delete(&event);
}

static struct yaml_tree *
read_scalar(struct reader *r, yaml_event_t *event)
{
	struct yaml_tree *y;

	y = value_new(r, YTREE_TEXT, &event->start_mark);
	if (memchr(event->data.scalar.value, '\0', event->data.scalar.length) !=
	    NULL)
		fail(r, &event->start_mark, MESSAGE("yaml_nul"));
	y->text = arena_strndup(r->arena,
	    (const char *)event->data.scalar.value, event->data.scalar.length);
	y->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	if (event->data.scalar.anchor != NULL || event->data.scalar.tag != NULL)
		fail(r, &event->start_mark, MESSAGE("yaml_anchor"));
	return y;
}

/* Takes over the event. */
static struct yaml_tree *
read_value(struct reader *r, yaml_event_t *event, int depth)
{
	struct yaml_tree *y = NULL;

	if (depth > DEPTH_MAX)
		fail(r, &event->start_mark, MESSAGE("yaml_deep"));
	switch (r->failed ? YAML_NO_EVENT : event->type) {
	case YAML_SCALAR_EVENT:
		y = read_scalar(r, event);
		break;
	case YAML_SEQUENCE_START_EVENT:
		y = value_new(r, YTREE_LIST, &event->start_mark);
		read_members(r, y, YAML_SEQUENCE_END_EVENT, depth + 1);
		break;
	case YAML_MAPPING_START_EVENT:
		y = value_new(r, YTREE_MAP, &event->start_mark);
		read_members(r, y, YAML_MAPPING_END_EVENT, depth + 1);
		break;
	case YAML_ALIAS_EVENT:
		fail(r, &event->start_mark, MESSAGE("yaml_alias"));
		break;
	default:
		break;
	}
	yaml_event_delete(event);
	return r->failed ? NULL : y;
}

static struct yaml_tree *
read_document(struct reader *r)
{
	struct yaml_tree *y = NULL;
	yaml_event_t event;

	while (next_event(r, &event)) {
		yaml_event_type_t type = event.type;

		if (type == YAML_SCALAR_EVENT ||
		    type == YAML_SEQUENCE_START_EVENT ||
		    type == YAML_MAPPING_START_EVENT ||
		    type == YAML_ALIAS_EVENT) {
			if (y != NULL)
				fail(r, &event.start_mark, MESSAGE("yaml_one"));
			y = read_value(r, &event, 0);
			continue;
		}
		yaml_event_delete(&event);
		if (type == YAML_STREAM_END_EVENT)
			break;
	}
	return r->failed ? NULL : y;
}

struct yaml_tree *
yaml_tree_read(struct arena *arena, const char *text, size_t len, int line,
    yaml_tree_report_fn tell, void *ctx)
{
	struct reader r = {
		.arena = arena, .line = line - 1, .report = tell, .ctx = ctx
	};
	struct yaml_tree *y;

	if (!yaml_parser_initialize(&r.parser))
		return NULL;
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(
	    &r.parser, (const unsigned char *)text, len);
	y = read_document(&r);
	yaml_parser_delete(&r.parser);
	return y;
}

const struct yaml_tree *
yaml_tree_get(const struct yaml_tree *map, const char *key)
{
	return map != NULL && map->kind == YTREE_MAP ? find_key(map, key)
						     : NULL;
}

const char *
yaml_tree_text(const struct yaml_tree *map, const char *key)
{
	const struct yaml_tree *y = yaml_tree_get(map, key);

	return y != NULL && y->kind == YTREE_TEXT && y->text[0] != '\0'
	    ? y->text
	    : NULL;
}

void
yaml_tree_check_keys(struct arena *arena, const struct yaml_tree *map,
    const char *const *known, const char *where, yaml_tree_report_fn tell,
    void *ctx)
{
	const struct yaml_tree *y;
	const char *near;
	size_t i;

	for (y = map->first; y != NULL; y = y->next) {
		for (i = 0; known[i] != NULL; i++)
			if (strcmp(known[i], y->key) == 0)
				break;
		if (known[i] != NULL)
			continue;
		near = suggest(y->key, known);
		tell(ctx, y->key_line, y->key_column,
		    near != NULL ? message_arena(arena,
				       "yaml_key_near key=%s where=%s near=%s",
				       y->key, where, near)
				 : message_arena(arena,
				       "yaml_key_unknown key=%s where=%s",
				       y->key, where));
	}
}

bool
yaml_tree_bool(const struct yaml_tree *y, bool *ret)
{
	if (y->kind != YTREE_TEXT || y->quoted)
		return false;
	if (strcmp(y->text, "true") == 0 || strcmp(y->text, "yes") == 0)
		*ret = true;
	else if (strcmp(y->text, "false") == 0 || strcmp(y->text, "no") == 0)
		*ret = false;
	else
		return false;
	return true;
}
