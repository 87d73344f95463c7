/*
 * verify_tables.c: compares the tables on disk with the events.
 *
 * All projections are compared row by row, but for the index of searches, which
 * is compared with the texts (search_check.h).  Other tables are compared as
 * far as events cover them: each secret box and each password by its hash.
 * Sessions and devices are in no event and prove nothing; they are not
 * compared.  The schema is compared as text, as a trigger or a lost NOT NULL
 * would change the behaviour of all programs, and SQLite checks its own file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/verify/verify_tables.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/verify/verify.h"
#include "base/hash.h"
#include "journal/search_check.h"

struct table {
	const char *name;
	enum stmt stmt;  /* of a range of runs, in their order */
	const char *run; /* the column with the run */
};

static const struct table tables[VERIFY_TABLES] = {
	{ "run", STMT_ALL_RUN, "id" },
	{ "search", STMT_ALL_SEARCH, "of_run" },
	{ "search_pair", STMT_ALL_SEARCH_PAIR, "run" },
	{ "step", STMT_ALL_STEP, "run" },
	{ "attempt", STMT_ALL_ATTEMPT, "run" },
	{ "attempt_target", STMT_ALL_TARGET, "run" },
	{ "artifact", STMT_ALL_ARTIFACT, "run" },
	{ "look", STMT_ALL_LOOK, "run" },
	{ "typist", STMT_ALL_TYPIST, "run" },
	{ "variable", STMT_ALL_VARIABLE, "run" },
	{ "approval", STMT_ALL_APPROVAL, "run" },
	{ "author", STMT_ALL_AUTHOR, "run" },
	{ "worker", STMT_ALL_WORKER, "run" },
	{ "request_key", STMT_ALL_REQUEST_KEY, "run" },
	{ "held_target", STMT_ALL_HELD, "run" },
};

/* Of no run. */
static const struct table others[] = {
	{ "account", STMT_ALL_ACCOUNT, NULL },
	{ "token", STMT_ALL_TOKEN, NULL },
	{ "secret", STMT_ALL_SECRET, NULL },
};

/* Rows that are read one after the other. */
struct cursor {
	struct rows *rows;
	const char *column; /* the run of a row; NULL: it has none */
	bool more;
};

static struct cursor
cursor_on(struct rows *rows, const struct table *table)
{
	return (struct cursor){ rows, table->run, db_next(rows) };
}

/* A row of a run up to `last` is there; *ret: its run. */
static bool
has_row(const struct cursor *c, int64_t last, int64_t *ret)
{
	*ret = c->more && c->column != NULL ? db_int(c->rows, c->column) : last;
	return c->more && *ret <= last;
}

static void
row_differs(
    struct verify *v, const char *table, struct rows *disk, struct rows *made)
{
	struct json_object *x = db_row_json(disk), *y = db_row_json(made);

	cli_wrong(&v->count->wrong, "verify_row table=%s disk=%s events=%s",
	    table, json_write(x), json_write(y));
	json_object_put(x);
	json_object_put(y);
}

/*
 * Compares the rows on disk with those of the events, up to a run.  The next
 * run is compared also if one side has more rows of a run.
 */
static void
compare(struct verify *v, const struct table *table, struct cursor *disk,
    struct cursor *made, int64_t last)
{
	int64_t a, b, told[2] = { 0, 0 };
	bool is_told[2] = { false, false };

	for (;;) {
		bool has_a = has_row(disk, last, &a);
		bool has_b = has_row(made, last, &b);
		bool more = has_a && (!has_b || a < b);

		if ((!has_a && !has_b) || db_has_failed(v->db))
			return;
		if (has_a && has_b && a == b) {
			if (!db_same_row(disk->rows, made->rows))
				row_differs(
				    v, table->name, disk->rows, made->rows);
			disk->more = db_next(disk->rows);
			made->more = db_next(made->rows);
			continue;
		}
		if (!is_told[more] || told[more] != (more ? a : b))
			cli_wrong(&v->count->wrong,
			    "verify_rows table=%s how=@%s", table->name,
			    more ? "verify_more_rows" : "verify_fewer_rows");
		told[more] = more ? a : b;
		is_told[more] = true;
		if (more)
			disk->more = db_next(disk->rows);
		else
			made->more = db_next(made->rows);
	}
}

/* Compares a table whole: the replay has all of it. */
static void
compare_whole(struct verify *v, const struct table *table, bool on_disk)
{
	struct cursor disk = { 0 };
	struct cursor made = cursor_on(db_query(v->replay, table->stmt), table);

	if (on_disk)
		disk = cursor_on(db_query(v->db, table->stmt), table);
	compare(v, table, &disk, &made, 0);
	if (on_disk)
		db_done(disk.rows);
	db_done(made.rows);
}

void
verify_tables_open(struct verify *v)
{
	for (size_t i = 0; i < VERIFY_TABLES; i++) {
		v->disk[i] = mem_calloc(1, sizeof(*v->disk[i]));
		*v->disk[i] = cursor_on(db_query(v->db, tables[i].stmt,
					    INT(v->first), INT(v->last)),
		    &tables[i]);
	}
}

void
verify_tables_close(struct verify *v)
{
	for (size_t i = 0; i < VERIFY_TABLES; i++) {
		if (v->disk[i]->more && !db_has_failed(v->db))
			cli_wrong(&v->count->wrong,
			    "verify_rows table=%s how=@%s", tables[i].name,
			    "verify_more_rows");
		db_done(v->disk[i]->rows);
		free(v->disk[i]);
	}
}

/* The boxes of a run's secret parameters, each with its hash. */
static void
check_boxes(struct verify *v, int64_t first, int64_t last)
{
	struct json_object *boxes = json_object_new_object();
	struct rows *rows = db_query(
	    v->db, STMT_SEALED_BOXES, INT(first), INT(last));
	char hash[2 * HASH_BYTES + 1], key[100];
	size_t len;

	while (db_next(rows)) {
		const void *box = db_blob(rows, "box", &len);

		hash_hex(box, len, hash);
		snprintf(key, sizeof(key), "%lld %.64s%s",
		    (long long)db_int(rows, "run"), db_text(rows, "name"),
		    db_has_nul(rows) ? " (NUL)" : "");
		json_set_text(boxes, key, hash);
	}
	db_done(rows);
	rows = db_query(v->replay, STMT_SEALED_WANTED);
	while (!db_has_failed(v->db) && db_next(rows)) {
		snprintf(key, sizeof(key), "%lld %.64s",
		    (long long)db_int(rows, "run"), db_text(rows, "name"));
		if (!text_eq(
			json_text(boxes, key, NULL), db_text(rows, "hash")) &&
		    !(db_is_null(rows, "hash") && json_get(boxes, key) != NULL))
			cli_wrong(&v->count->wrong,
			    "verify_sealed name=%s run=%lld",
			    db_text(rows, "name"),
			    (long long)db_int(rows, "run"));
		json_object_object_del(boxes, key);
	}
	db_done(rows);
	json_object_object_foreach (boxes, name, unused) {
		(void)unused;
		cli_wrong(
		    &v->count->wrong, "verify_sealed_extra what=%s", name);
	}
	json_object_put(boxes);
}

/* Passwords: somebody who planted a hash could sign in with it. */
static void
check_credentials(struct verify *v)
{
	struct rows *rows = db_query(v->db, STMT_CREDENTIALS_ALL);
	char hash[2 * HASH_BYTES + 1];

	while (db_next(rows)) {
		const char *name = db_text(rows, "account"),
			   *text = db_text(rows, "hash");
		const char *told = name == NULL
		    ? NULL
		    : json_text(v->credentials, name, NULL);

		hash_hex(text != NULL ? text : "",
		    text != NULL ? strlen(text) : 0, hash);
		if (told == NULL)
			cli_wrong(&v->count->wrong,
			    "verify_password_extra account=%s",
			    name != NULL ? name : "");
		else if (db_has_nul(rows) ||
		    (*told != '\0' && !text_eq(told, hash)))
			cli_wrong(&v->count->wrong,
			    "verify_password_differs account=%s", name);
		if (told != NULL)
			json_object_object_del(v->credentials, name);
	}
	db_done(rows);
	if (db_has_failed(v->db))
		return;
	json_object_object_foreach (v->credentials, account, unused) {
		(void)unused;
		cli_wrong(&v->count->wrong,
		    "verify_password_missing account=%s", account);
	}
}

bool
verify_schema(struct verify *v)
{
	static const struct table schema = { "sqlite_schema", STMT_SCHEMA,
		NULL };
	int before = v->count->wrong;

	compare_whole(v, &schema, true);
	return v->count->wrong == before;
}

/* "ok" is the only line about a file without faults. */
void
verify_database(struct verify *v)
{
	struct rows *rows = db_query(v->db, STMT_CHECK_FILE);
	enum err err;

	while (db_next(rows))
		if (!text_eq(db_text(rows, "integrity_check"), "ok"))
			cli_wrong(&v->count->wrong, "verify_integrity says=%s",
			    db_text(rows, "integrity_check"));
	db_done(rows);
	rows = db_query(v->db, STMT_CHECK_KEYS);
	while (db_next(rows))
		cli_wrong(&v->count->wrong,
		    "verify_reference table=%s parent=%s",
		    db_text(rows, "table"), db_text(rows, "parent"));
	db_done(rows);
	err = search_check(v->data);
	if (err != ERR_OK)
		cli_wrong(&v->count->wrong,
		    err == ERR_INVALID ? "verify_search"
				       : "verify_database_unreadable");
}

void
verify_tables(struct verify *v, int64_t first, int64_t last)
{
	bool has_people = first <= 0 && last >= 0;
	struct cursor made;

	for (size_t i = 0; i < VERIFY_TABLES; i++) {
		made = cursor_on(
		    db_query(v->replay, tables[i].stmt, INT(first), INT(last)),
		    &tables[i]);
		compare(v, &tables[i], v->disk[i], &made, last);
		db_done(made.rows);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		compare_whole(v, &others[i], has_people);
	check_boxes(v, first, last);
	if (has_people)
		check_credentials(v);
}
