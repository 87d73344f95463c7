/*
 * idempotency.c: a run that is requested twice with one key is created once.
 *
 * The key is in the event that created the run, so it holds across restarts and
 * for good.  Beside it is a hash of the body, to tell a repeated request from
 * another one.  As a body may have secrets in it, which a plain hash would let
 * people guess, the hash has a key that only the keeper knows.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "keeper/idempotency.h"

#define FIELD "idempotency_key"

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static struct json_object *sorted(struct json_object *o);

static struct json_object *
sorted_object(struct json_object *o)
{
	struct json_object *copy = json_object_new_object();
	const char **names = mem_calloc(
	    (size_t)json_object_object_length(o) + 1, sizeof(*names));
	size_t n = 0;

	json_object_object_foreach (o, name, value) {
		(void)value;
		names[n++] = name;
	}
	qsort(names, n, sizeof(*names), by_name);
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], FIELD) != 0)
			json_set(copy, names[i], sorted(json_get(o, names[i])));
	free(names);
	return copy;
}

/* A copy with members sorted by name, without the key. */
static struct json_object *
sorted(struct json_object *o)
{
	struct json_object *copy;

	if (json_object_is_type(o, json_type_object))
		return sorted_object(o);
	if (!json_object_is_type(o, json_type_array))
		return json_object_get(o);
	copy = json_object_new_array();
	for (size_t i = 0; i < json_count(o); i++)
		json_object_array_add(copy, sorted(json_at(o, i)));
	return copy;
}

static void
hash_body(const struct command *c, char out[65])
{
	static const char purpose[] = "idempotency";
	unsigned char key[32], hash[32];
	struct json_object *body = sorted(c->body);
	const char *text = json_write(body);

	crypto_generichash(key, sizeof(key), (const unsigned char *)purpose,
	    sizeof(purpose) - 1, c->keeper->ledger_key,
	    sizeof(c->keeper->ledger_key));
	crypto_generichash(hash, sizeof(hash), (const unsigned char *)text,
	    strlen(text), key, sizeof(key));
	text_hex(hash, sizeof(hash), out);
	sodium_memzero(key, sizeof(key));
	json_object_put(body);
}

static bool
is_printable(const char *key)
{
	for (; *key != '\0'; key++)
		if (*key < '!' || *key > '~')
			return false;
	return true;
}

enum err
idempotency_find(struct command *c, int64_t *ret_run)
{
	const char *key = json_text(c->body, FIELD, NULL);
	struct rows *rows;
	enum err err = ERR_OK;
	char hash[65];

	*ret_run = 0;
	if (key == NULL)
		return ERR_OK;
	if (*key == '\0' || !is_printable(key))
		return fault_set(&c->fault, ERR_INVALID, "bad_key", FIELD,
		    "refused_bad_key");
	hash_body(c, hash);
	rows = db_query(c->keeper->db, STMT_REQUEST_KEY_GET,
	    TEXT(c->actor.name), TEXT(key));
	if (db_next(rows)) {
		*ret_run = db_int(rows, "run");
		if (!text_eq(db_text(rows, "request"), hash))
			err = fault_set(&c->fault, ERR_INVALID, "key_reused",
			    FIELD, "refused_key_reused run=%lld",
			    (long long)*ret_run);
	}
	db_done(rows);
	return err;
}

void
idempotency_put(const struct command *c, struct json_object *data)
{
	const char *key = json_text(c->body, FIELD, NULL);
	char hash[65];

	if (key == NULL)
		return;
	hash_body(c, hash);
	json_set_text(data, "request_key", key);
	json_set_text(data, "request", hash);
}
