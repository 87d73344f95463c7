/*
 * event.c: appends events to the chain of a run.
 *
 * The body repeats run, seq, time, actor and kind, so that the hash covers
 * them; the columns beside it serve searches, and `verify` compares them with
 * the body.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "journal/event.h"
#include "journal/project/project.h"

/* clang-format off */
static const char *const words[EVENT_KIND__MAX] = {
#define EVENT(name, word, project, text, detail, members) word,
#define EVERY(members)
#include "journal/events.def"
};
/* clang-format on */

const char *
event_word(enum event_kind kind)
{
	return words[kind];
}

enum event_kind
event_find(const char *word)
{
	for (int i = 0; i < EVENT_KIND__MAX; i++)
		if (strcmp(words[i], word) == 0)
			return (enum event_kind)i;
	return EVENT_NONE;
}

void
event_hash(const unsigned char before[HASH_BYTES], const char *body,
    unsigned char out[HASH_BYTES])
{
	hash_two(before, HASH_BYTES, body, strlen(body), out);
}

/*
 * The exact text that is hashed: {"run","seq","at","actor","kind","data"}.
 * The caller frees it.
 */
static char *
body_text(const struct event *e)
{
	struct json_object *o = json_object_new_object();
	char at[CLOCK_TEXT], *body;

	clock_format(e->at, at);
	json_set_int(o, "run", e->run);
	json_set_int(o, "seq", e->seq);
	json_set_text(o, "at", at);
	json_set_text(o, "actor", e->actor);
	json_set_text(o, "kind", event_word(e->kind));
	json_set(o, "data", json_object_get(e->data));
	body = mem_strdup(json_write(o));
	json_object_put(o);
	return body;
}

enum err
event_parse(const char *body, struct event *ret, struct json_object **ret_body)
{
	static const struct json_key keys[] = {
		{ "run", json_type_int, true },
		{ "seq", json_type_int, true },
		{ "at", json_type_string, true },
		{ "actor", json_type_string, true },
		{ "kind", json_type_string, true },
		{ "data", json_type_object, true },
		{ NULL, 0, false },
	};
	struct json_object *o = NULL;

	if (json_read(body, strlen(body), &o, NULL) != ERR_OK ||
	    json_check(o, keys, NULL) != ERR_OK ||
	    !clock_parse(json_text(o, "at", ""), &ret->at)) {
		json_object_put(o);
		return ERR_INVALID;
	}
	ret->run = json_int(o, "run", 0);
	ret->seq = json_int(o, "seq", 0);
	ret->actor = json_text(o, "actor", "");
	ret->kind = event_find(json_text(o, "kind", ""));
	ret->data = json_get(o, "data");
	*ret_body = o;
	return ERR_OK;
}

/* The number and hash of the last event; 0 and zeroes before the first. */
static int64_t
last_of(struct db *db, int64_t run, unsigned char hash[HASH_BYTES])
{
	struct rows *rows = db_query(db, STMT_EVENT_LAST, INT(run));
	int64_t seq = 0;
	const void *blob;
	size_t len;

	memset(hash, 0, HASH_BYTES);
	if (db_next(rows)) {
		seq = db_int(rows, "seq");
		blob = db_blob(rows, "hash", &len);
		if (len == HASH_BYTES)
			memcpy(hash, blob, HASH_BYTES);
	}
	db_done(rows);
	return seq;
}

enum err
event_append(struct db *db, int64_t run, int64_t after, const char *actor,
    enum event_kind kind, struct json_object *data)
{
	unsigned char before[HASH_BYTES], hash[HASH_BYTES];
	struct event e = {
		.run = run,
		.at = clock_now(),
		.actor = actor,
		.kind = kind,
		.data = data != NULL ? data : json_object_new_object(),
	};
	int64_t last = last_of(db, run, before);
	char *body;
	enum err err;

	e.seq = (after == EVENT_ANY_SEQ ? last : after) + 1;
	body = body_text(&e);
	event_hash(before, body, hash);
	err = db_run(db, STMT_EVENT_ADD, INT(run), INT(e.seq), INT(e.at),
	    TEXT(actor), TEXT(event_word(kind)), TEXT(body),
	    BLOB(hash, sizeof(hash)));
	if (err == ERR_OK)
		err = event_project(db, &e);
	free(body);
	json_object_put(e.data);
	return err;
}
