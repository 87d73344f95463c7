/*
 * ledger.c: the heads of the chains, signed, in a chain of their own.
 *
 * A closed run is in the ledger with the commit that closes it.  The heads of
 * open runs and of chain 0 are appended at the start, at the stop and a minute
 * after an event, in one entry for all that have grown: a signature for each
 * event would cost more than the event.  So events older than a minute cannot
 * be cut off without an entry that contradicts.  An entry is written in a
 * transaction of the journal, so it is never ahead of its events, whenever the
 * keeper is killed.
 */
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "journal/event.h"
#include "keeper/ledger.h"
#include "keeper/ledger_file.h"

/* {"run", "events", "head"} of the chain now. */
static void
put_head(struct db *db, struct json_object *o, int64_t run)
{
	struct rows *rows = db_query(db, STMT_EVENT_LAST, INT(run));
	char hex[2 * HASH_BYTES + 1];
	size_t len;

	json_set_int(o, "run", run);
	if (db_next(rows)) {
		const void *hash = db_blob(rows, "hash", &len);

		text_hex(hash, len == HASH_BYTES ? len : 0, hex);
		json_set_int(o, "events", db_int(rows, "seq"));
		json_set_text(o, "head", hex);
	}
	db_done(rows);
}

/* Appends {"n", "at", members of `what`}.  Takes over `what`. */
static enum err
append(struct keeper *k, struct json_object *what)
{
	unsigned char before[HASH_BYTES] = { 0 }, hash[HASH_BYTES];
	unsigned char signature[crypto_sign_BYTES];
	struct rows *rows = db_query(k->db, STMT_LEDGER_LAST);
	struct json_object *entry = json_object_new_object();
	char at[CLOCK_TEXT];
	int64_t n = 1;
	size_t len;
	enum err err;

	if (db_next(rows)) {
		const void *last = db_blob(rows, "hash", &len);

		n = db_int(rows, "n") + 1;
		if (len == HASH_BYTES)
			memcpy(before, last, HASH_BYTES);
	}
	db_done(rows);
	clock_format(clock_now(), at);
	json_set_int(entry, "n", n);
	json_set_text(entry, "at", at);
	json_object_object_foreach (what, key, value)
		json_set(entry, key, json_object_get(value));
	event_hash(before, json_write(entry), hash);
	crypto_sign_detached(
	    signature, NULL, hash, sizeof(hash), k->ledger_key);
	err = db_run(k->db, STMT_LEDGER_ADD, INT(n), TEXT(json_write(entry)),
	    BLOB(hash, sizeof(hash)), BLOB(signature, sizeof(signature)));
	k->ledger_grew = true;
	json_object_put(entry);
	json_object_put(what);
	return err;
}

enum err
ledger_add_run(struct keeper *k, int64_t run, const char *result)
{
	struct json_object *o = json_object_new_object();

	put_head(k->db, o, run);
	json_set_text(o, "result", result);
	return append(k, o);
}

/*
 * {run: events} of the heads that the newest entries have: a head further back
 * is appended once more, and a keeper of a million runs starts like any other.
 */
static void
read_ledgered(struct keeper *k)
{
	struct rows *rows = db_query(k->db, STMT_LEDGER_HEADS);

	k->ledgered = json_object_new_object();
	while (db_next(rows))
		if (db_text(rows, "run") != NULL)
			json_set_int(k->ledgered, db_text(rows, "run"),
			    db_int(rows, "events"));
	db_done(rows);
}

/* The heads that are missing in the ledger: [{"run", "events", "head"}]. */
static struct json_object *
new_heads(struct keeper *k)
{
	struct rows *rows = db_query(k->db, STMT_HEADS_OPEN);
	struct json_object *list = json_object_new_array(), *o;

	while (db_next(rows)) {
		if (json_int(k->ledgered, db_text(rows, "id"), 0) ==
		    db_int(rows, "seq"))
			continue;
		o = json_object_new_object();
		put_head(k->db, o, db_int(rows, "id"));
		json_set_int(
		    k->ledgered, db_text(rows, "id"), db_int(rows, "seq"));
		json_object_array_add(list, o);
	}
	db_done(rows);
	return list;
}

/* The ledger's heads are loaded again on the next use. */
static void
forget(struct keeper *k)
{
	json_object_put(k->ledgered);
	k->ledgered = NULL;
}

enum err
ledger_add_heads(struct keeper *k)
{
	struct json_object *heads, *o;
	enum err err;

	k->ledger_at = -1;
	if (k->ledgered == NULL)
		read_ledgered(k);
	heads = new_heads(k);
	if (json_count(heads) == 0) {
		json_object_put(heads);
		return ERR_OK;
	}
	o = json_object_new_object();
	json_set(o, "heads", heads);
	if ((err = append(k, o)) != ERR_OK)
		forget(k);
	return err;
}

void
ledger_touch(struct keeper *k)
{
	if (k->ledger_at < 0)
		k->ledger_at = clock_monotonic() + LEDGER_AFTER_MS;
}

int
ledger_next(const struct keeper *k)
{
	int64_t left = k->ledger_at - clock_monotonic();

	if (k->ledger_at < 0)
		return -1;
	return left > 0 ? (int)left : 0;
}

void
ledger_committed(struct keeper *k, bool durable)
{
	if (!durable) {
		forget(k);
		k->ledger_at = clock_monotonic() + LEDGER_AFTER_MS;
	} else if (k->ledger_grew) {
		ledger_file_append(k);
	}
	k->ledger_grew = false;
}

void
ledger_open(struct keeper *k)
{
	k->ledger_at = clock_monotonic();
	ledger_file_open(k);
}

void
ledger_close(struct keeper *k)
{
	forget(k);
	if (k->ledger_fd >= 0)
		close(k->ledger_fd);
}
