/*
 * verify_ledger.c: compares the ledger and its file with the chains.
 *
 * It checks the ledger's own chain, its signatures, each head in it, and that
 * it has each closed run.  An entry has either a closed run (run, events, head)
 * or all open chains (heads). The file ledger.jsonl has the same entries; it
 * may end before the ledger does, but not after it.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/verify/verify_ledger.h"
#include "base/io.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/message.h"
#include "base/text.h"
#include "cli/verify/verify.h"
#include "journal/event.h"

#define HEADS_MAX (1024 * 1024 * 1024)
#define HEX "0123456789abcdef"
#define HEAD (2 * HASH_BYTES)       /* digits */
#define RUNS_MAX (INT64_C(1) << 32) /* whose entries can be kept in mind */

/* An entry being checked, of the database or of the file. */
struct entry {
	int64_t n;
	const char *body;
	struct json_object *o; /* the body */
	const void *hash;
	size_t hash_len;
	const void *signature;
	size_t signature_len;
};

struct ledger {
	struct verify *v;
	const char *where; /* the code of a message */
	unsigned char key[32];
	unsigned char before[HASH_BYTES];
	char head[HEAD + 1]; /* of the last entry, recomputed */
	bool has_heads;      /* from a version with the file */
};

void
verify_ledger_open(struct verify *v)
{
	char *path = mem_printf("%s/ledger.jsonl", v->data);
	struct stat st;

	/* do not block on a pipe in its place */
	v->ledger = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	v->ledger_lost = v->ledger < 0 && errno != ENOENT;
	if (v->ledger >= 0 &&
	    (fstat(v->ledger, &st) != 0 || !S_ISREG(st.st_mode)))
		v->ledger_lost = true;
	else if (v->ledger >= 0)
		v->ledger_size = st.st_size;
	free(path);
}

/* The head in a line; false: there is none. */
static bool
head_in(const char *line, size_t len, char head[HEAD + 1])
{
	struct json_object *o = NULL;
	const char *found = NULL;
	size_t n;

	if (json_read(line, len, &o, NULL) == ERR_OK)
		found = json_text(o, "hash", "");
	for (size_t i = 0; found == NULL && i < len; i += n + 1)
		if ((n = strspn(line + i, HEX)) == HEAD)
			found = line + i;
	n = found != NULL ? strspn(found, HEX) : 0;
	if (n == HEAD)
		snprintf(head, HEAD + 1, "%s", found);
	json_object_put(o);
	return n == HEAD;
}

struct json_object *
verify_ledger_heads(const char *of)
{
	struct json_object *heads = json_object_new_object();
	struct buf text = { 0 };
	char head[HEAD + 1];
	size_t len;

	if (of == NULL)
		return heads;
	if (strspn(of, HEX) == HEAD && of[HEAD] == '\0')
		buf_puts(&text, of);
	else
		(void)io_read_file(of, HEADS_MAX, &text);
	for (const char *line = buf_text(&text); *line != '\0'; line += len) {
		len = strcspn(line, "\n");
		if (head_in(line, len, head))
			json_set_bool(heads, head, true);
		len += line[len] == '\n';
	}
	buf_clear(&text);
	if (json_object_object_length(heads) > 0)
		return heads;
	json_object_put(heads);
	return NULL;
}

/* The key that must have signed: the one of the caller, or the folder's own. */
static bool
read_public_key(struct verify *v, unsigned char key[32])
{
	char *own = mem_printf("%s/keys/ledger.pub", v->data);
	const char *from = v->key != NULL ? v->key : own;
	struct buf text = { 0 };
	bool ok;

	if (v->key != NULL && strlen(v->key) == 64 && strspn(v->key, HEX) == 64)
		buf_puts(&text, v->key);
	else
		(void)io_read_file(from, 1024, &text);
	ok = text.len >= 64 && text_unhex(text.data, key, 32);
	buf_clear(&text);
	free(own);
	return ok;
}

static void
entry_wrong(const struct ledger *l, const struct entry *e, const char *what)
{
	cli_wrong(&l->v->count->wrong,
	    "verify_entry entry=%" PRId64 " where=@%s what=@%s", e->n, l->where,
	    what);
}

static void
put_chain(int64_t run, struct buf *out)
{
	if (run == 0)
		buf_puts(out, MESSAGE("verify_chain_accounts"));
	else
		message_put(out, "verify_chain_run run=%" PRId64, run);
}

/* The hash of that event in hex, or "". */
static void
hash_of_event(
    struct verify *v, int64_t run, int64_t seq, char hex[2 * HASH_BYTES + 1])
{
	struct rows *rows = db_query(
	    v->db, STMT_EVENT_HASH, INT(run), INT(seq));
	size_t len;

	hex[0] = '\0';
	if (db_next(rows)) {
		const void *hash = db_blob(rows, "hash", &len);

		text_hex(hash, len == HASH_BYTES ? len : 0, hex);
	}
	db_done(rows);
}

/* Compares one head {run, events, head} with its chain. */
static void
check_head(
    const struct ledger *l, const struct entry *e, struct json_object *head)
{
	int64_t run = json_int(head, "run", -1);
	int64_t seq = json_int(head, "events", 0);
	const char *at = json_text(e->o, "at", "");
	char hex[2 * HASH_BYTES + 1];
	struct buf chain = { 0 };

	hash_of_event(l->v, run, seq, hex);
	if ((hex[0] != '\0' && text_eq(hex, json_text(head, "head", ""))) ||
	    db_has_failed(l->v->db))
		return;
	put_chain(run, &chain);
	if (hex[0] != '\0')
		cli_wrong(&l->v->count->wrong,
		    "verify_head_other chain=%s event=%" PRId64
		    " where=@%s entry=%" PRId64 " at=%s",
		    buf_text(&chain), seq, l->where, e->n, at);
	else
		cli_wrong(&l->v->count->wrong,
		    "verify_head_cut chain=%s event=%" PRId64
		    " where=@%s entry=%" PRId64 " at=%s last=%" PRId64,
		    buf_text(&chain), seq, l->where, e->n, at,
		    db_first_int(
			db_query(l->v->db, STMT_EVENT_LAST, INT(run)), 0));
	buf_clear(&chain);
}

static void
check_heads(const struct ledger *l, const struct entry *e)
{
	struct json_object *heads = json_get(e->o, "heads");
	size_t n = json_object_is_type(heads, json_type_array)
	    ? json_count(heads)
	    : 0;

	if (json_get(e->o, "run") != NULL)
		check_head(l, e, e->o);
	else if (n == 0)
		entry_wrong(l, e, "verify_entry_no_head");
	for (size_t i = 0; i < n; i++)
		check_head(l, e, json_at(heads, i));
}

/* Checks its place in the chain of the ledger. */
static void
check_hash(struct ledger *l, const struct entry *e)
{
	unsigned char hash[HASH_BYTES];

	event_hash(l->before, e->body, hash);
	if (e->hash_len != HASH_BYTES || memcmp(hash, e->hash, HASH_BYTES) != 0)
		entry_wrong(l, e, "verify_entry_hash");
	memcpy(l->before, hash, HASH_BYTES);
	text_hex(hash, HASH_BYTES, l->head);
}

/* The key has signed the hash that stands there. */
static void
check_signature(const struct ledger *l, const struct entry *e)
{
	if (e->hash_len != HASH_BYTES ||
	    e->signature_len != crypto_sign_BYTES ||
	    crypto_sign_verify_detached(
		e->signature, e->hash, HASH_BYTES, l->key) != 0)
		entry_wrong(l, e, "verify_entry_signature");
}

/* Parses the body; the caller puts e->o. */
static bool
read_body(struct ledger *l, struct entry *e)
{
	if (json_read(e->body, strlen(e->body), &e->o, NULL) != ERR_OK) {
		entry_wrong(l, e, "verify_entry_unreadable");
		return false;
	}
	if (json_int(e->o, "n", 0) != e->n)
		entry_wrong(l, e, "verify_entry_number");
	return true;
}

/* A bit for each run: it has an entry. */
struct run_set {
	unsigned char *bits;
	int64_t max;
};

static void
add_run(struct run_set *set, int64_t run)
{
	if (run > 0 && run <= set->max)
		set->bits[run / 8] |= (unsigned char)(1 << run % 8);
}

static bool
has_run(const struct run_set *set, int64_t run)
{
	return run > 0 && run <= set->max &&
	    (set->bits[run / 8] & 1 << run % 8) != 0;
}

/* One row; adds its run to those that have an entry. */
static void
check_row(struct ledger *l, struct rows *rows, struct run_set *found)
{
	struct entry e = { .n = db_int(rows, "n"),
		.body = db_text(rows, "body") };

	e.body = e.body != NULL ? e.body : "";
	e.hash = db_blob(rows, "hash", &e.hash_len);
	e.signature = db_blob(rows, "signature", &e.signature_len);
	if (e.n != ++l->v->count->entries)
		cli_wrong(&l->v->count->wrong,
		    "verify_entry_missing entry=%" PRId64
		    " where=@verify_ledger_table",
		    l->v->count->entries);
	l->v->count->entries = e.n;
	if (db_has_nul(rows))
		entry_wrong(l, &e, "verify_entry_hash");
	check_hash(l, &e);
	json_object_object_del(l->v->heads, l->head);
	if (!read_body(l, &e))
		return;
	check_heads(l, &e);
	l->has_heads |= json_get(e.o, "heads") != NULL;
	add_run(found, json_int(e.o, "run", 0));
	json_object_put(e.o);
}

static void
check_rows(struct ledger *l)
{
	struct run_set found = { .max = db_first_int(
				     db_query(l->v->db, STMT_LAST_RUN), 0) };
	struct rows *rows = db_query(l->v->db, STMT_LEDGER_ALL);

	found.max = found.max < RUNS_MAX ? found.max : RUNS_MAX;
	found.max = found.max > 0 ? found.max : 0;
	found.bits = mem_calloc((size_t)found.max / 8 + 1, 1);
	while (db_next(rows))
		check_row(l, rows, &found);
	db_done(rows);
	rows = db_query(l->v->db, STMT_RUNS_CLOSED);
	while (db_next(rows))
		if (!has_run(&found, db_int(rows, "id")) &&
		    !db_has_failed(l->v->db))
			cli_wrong(&l->v->count->wrong,
			    "verify_not_in_ledger run=%" PRId64,
			    db_int(rows, "id"));
	db_done(rows);
	free(found.bits);
}

/*
 * Heads that are kept elsewhere contradict somebody who can write the whole
 * data folder, and so cut database and ledger together, or sign another one.
 */
static void
check_expected_heads(const struct ledger *l)
{
	char key[65];

	text_hex(l->key, sizeof(l->key), key);
	if (l->v->count->entries > 0)
		cli_print("verify_ledger_end entry=%" PRId64 " head=%s key=%s",
		    l->v->count->entries, l->head, key);
	json_object_object_foreach (l->v->heads, head, unused) {
		(void)unused;
		if (!db_has_failed(l->v->db))
			cli_wrong(&l->v->count->wrong,
			    "verify_no_such_head head=%s", head);
	}
}

static bool
same_blob(struct rows *rows, const char *column, const void *data, size_t len)
{
	size_t n;
	const void *blob = db_blob(rows, column, &n);

	return n == len && memcmp(blob, data, len) == 0;
}

/* The database has this very entry, whose signature is checked there. */
static bool
is_in_database(struct verify *v, const struct entry *e)
{
	struct rows *rows = db_query(v->db, STMT_LEDGER_AFTER, INT(e->n - 1));
	bool same = db_next(rows) && db_int(rows, "n") == e->n &&
	    text_eq(db_text(rows, "body"), e->body) &&
	    same_blob(rows, "hash", e->hash, e->hash_len) &&
	    same_blob(rows, "signature", e->signature, e->signature_len);

	db_done(rows);
	return same || db_has_failed(v->db);
}

/* Of the file alone: the database may have lost it. */
static void
check_stranger(struct ledger *l, struct entry *e)
{
	int before = l->v->count->wrong;

	check_signature(l, e);
	if (l->v->count->wrong != before || !read_body(l, e))
		return;
	entry_wrong(l, e, "verify_entry_not_in_database");
	check_heads(l, e);
	json_object_put(e->o);
}

/*
 * A line of the file. An unreadable line is half of an entry, which is on the
 * next line again; `next` is the expected number.
 */
static void
check_line(struct ledger *l, const char *line, size_t len, int64_t *next)
{
	unsigned char hash[HASH_BYTES], signature[crypto_sign_BYTES];
	struct json_object *o = NULL;
	struct entry e = { .hash = hash, .signature = signature };
	const char *hex;
	int before;

	if (json_read(line, len, &o, NULL) != ERR_OK)
		return;
	e.n = json_int(o, "n", 0);
	e.body = json_text(o, "body", "");
	hex = json_text(o, "hash", "");
	e.hash_len = strlen(hex) == 2 * HASH_BYTES &&
		text_unhex(hex, hash, HASH_BYTES)
	    ? HASH_BYTES
	    : 0;
	hex = json_text(o, "signature", "");
	e.signature_len = strlen(hex) == 2 * crypto_sign_BYTES &&
		text_unhex(hex, signature, crypto_sign_BYTES)
	    ? crypto_sign_BYTES
	    : 0;
	if (e.n != *next)
		cli_wrong(&l->v->count->wrong,
		    "verify_entry_missing entry=%" PRId64 " where=@%s", *next,
		    l->where);
	*next = e.n + 1;
	before = l->v->count->wrong;
	check_hash(l, &e);
	if (l->v->count->wrong == before && !is_in_database(l->v, &e))
		check_stranger(l, &e);
	json_object_put(o);
}

/* Lines that were written since the start may be ahead of the database. */
static void
check_lines(struct ledger *l, FILE *f)
{
	int64_t next = 1, left = l->v->ledger_size;
	size_t room = 0;
	char *line = NULL;
	ssize_t n;

	while (left > 0 && (n = getline(&line, &room, f)) > 0) {
		left -= n;
		check_line(l, line, (size_t)(n - (line[n - 1] == '\n')), &next);
	}
	free(line);
	l->v->ledger_lost |= ferror(f) != 0 || left > 0;
}

static void
check_file(struct ledger *l)
{
	FILE *f = NULL;

	if (l->v->ledger < 0 && !l->v->ledger_lost && !l->has_heads)
		return; /* from a version before the file */
	if (!l->v->ledger_lost && l->v->ledger >= 0)
		f = fdopen(dup(l->v->ledger), "r");
	if (f != NULL) {
		check_lines(l, f);
		fclose(f);
	}
	if (f == NULL || l->v->ledger_lost)
		cli_wrong(&l->v->count->wrong,
		    "verify_ledger_unreadable where=@%s", l->where);
}

void
verify_ledger(struct verify *v)
{
	struct ledger l = { .v = v, .where = "verify_ledger_table" };

	if (!read_public_key(v, l.key)) {
		cli_wrong(&v->count->wrong, "cli_file_unreadable file=%s",
		    v->key != NULL ? v->key : "keys/ledger.pub");
		return;
	}
	check_rows(&l);
	check_expected_heads(&l);
	l.where = "verify_ledger_file";
	memset(l.before, 0, sizeof(l.before));
	check_file(&l);
}

void
verify_signatures(struct verify *v)
{
	struct ledger l = { .v = v, .where = "verify_ledger_table" };
	struct rows *rows;

	if (!read_public_key(v, l.key))
		return;
	rows = db_query(v->db, STMT_LEDGER_SIGNATURES, INT(v->first_entry),
	    INT(v->last_entry));
	while (db_next(rows)) {
		struct entry e = { .n = db_int(rows, "n") };

		e.hash = db_blob(rows, "hash", &e.hash_len);
		e.signature = db_blob(rows, "signature", &e.signature_len);
		check_signature(&l, &e);
	}
	db_done(rows);
}
