/*
 * verify_tables.c: compares the tables on disk with the events.
 *
 * All projections are compared row by row.  Other tables are compared as far as
 * events cover them: each secret box and each password by its hash.  Sessions
 * and devices are in no event and prove nothing; they are not compared.  The
 * schema is compared as text, as a trigger or a lost NOT NULL would change the
 * behaviour of all programs, and SQLite checks its own file.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/verify/verify_tables.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/verify/verify.h"
#include "journal/hash.h"

static void
compare(struct verify *v, const char *table, enum stmt stmt)
{
	struct rows *a = db_query(v->db, stmt), *b = db_query(v->replay, stmt);
	bool more_a = db_next(a), more_b = db_next(b);

	while (more_a && more_b) {
		struct json_object *x = db_row_json(a), *y = db_row_json(b);

		if (strcmp(json_write(x), json_write(y)) != 0) {
			cli_wrong(&v->wrong,
			    "verify_row table=%s disk=%s events=%s", table,
			    json_write(x), json_write(y));
		}
		json_object_put(x);
		json_object_put(y);
		more_a = db_next(a);
		more_b = db_next(b);
	}
	if (more_a != more_b && !db_has_failed(v->db))
		cli_wrong(&v->wrong, "verify_rows table=%s how=@%s", table,
		    more_a ? "verify_more_rows" : "verify_fewer_rows");
	db_done(a);
	db_done(b);
}

static void
compare_projections(struct verify *v)
{
	static const struct {
		const char *table;
		enum stmt stmt;
	} tables[] = {
		{ "run", STMT_ALL_RUN },
		{ "step", STMT_ALL_STEP },
		{ "attempt", STMT_ALL_ATTEMPT },
		{ "attempt_target", STMT_ALL_TARGET },
		{ "artifact", STMT_ALL_ARTIFACT },
		{ "look", STMT_ALL_LOOK },
		{ "typist", STMT_ALL_TYPIST },
		{ "variable", STMT_ALL_VARIABLE },
		{ "approval", STMT_ALL_APPROVAL },
		{ "author", STMT_ALL_AUTHOR },
		{ "worker", STMT_ALL_WORKER },
		{ "request_key", STMT_ALL_REQUEST_KEY },
		{ "held_target", STMT_ALL_HELD },
		{ "account", STMT_ALL_ACCOUNT },
		{ "token", STMT_ALL_TOKEN },
		{ "secret", STMT_ALL_SECRET },
	};

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		compare(v, tables[i].table, tables[i].stmt);
}

/* The boxes of a run's secret parameters, each with its hash. */
static void
check_boxes(struct verify *v)
{
	struct json_object *boxes = json_object_new_object();
	struct rows *rows = db_query(v->db, STMT_SEALED_BOXES);
	char hash[2 * HASH_BYTES + 1], key[100];
	size_t len;

	while (db_next(rows)) {
		const void *box = db_blob(rows, "box", &len);

		hash_hex(box, len, hash);
		snprintf(key, sizeof(key), "%lld %.64s",
		    (long long)db_int(rows, "run"), db_text(rows, "name"));
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
			cli_wrong(&v->wrong, "verify_sealed name=%s run=%lld",
			    db_text(rows, "name"),
			    (long long)db_int(rows, "run"));
		json_object_object_del(boxes, key);
	}
	db_done(rows);
	json_object_object_foreach (boxes, name, unused) {
		(void)unused;
		cli_wrong(&v->wrong, "verify_sealed_extra what=%s", name);
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
			cli_wrong(&v->wrong, "verify_password_extra account=%s",
			    name != NULL ? name : "");
		else if (*told != '\0' && !text_eq(told, hash))
			cli_wrong(&v->wrong,
			    "verify_password_differs account=%s", name);
		if (told != NULL)
			json_object_object_del(v->credentials, name);
	}
	db_done(rows);
	if (db_has_failed(v->db))
		return;
	json_object_object_foreach (v->credentials, account, unused) {
		(void)unused;
		cli_wrong(
		    &v->wrong, "verify_password_missing account=%s", account);
	}
}

bool
verify_schema(struct verify *v)
{
	int before = v->wrong;

	compare(v, "sqlite_schema", STMT_SCHEMA);
	return v->wrong == before;
}

/* "ok" is the only line about a file without faults. */
void
verify_database(struct verify *v)
{
	struct rows *rows = db_query(v->db, STMT_CHECK_FILE);

	while (db_next(rows))
		if (!text_eq(db_text(rows, "integrity_check"), "ok"))
			cli_wrong(&v->wrong, "verify_integrity says=%s",
			    db_text(rows, "integrity_check"));
	db_done(rows);
	rows = db_query(v->db, STMT_CHECK_KEYS);
	while (db_next(rows))
		cli_wrong(&v->wrong, "verify_reference table=%s parent=%s",
		    db_text(rows, "table"), db_text(rows, "parent"));
	db_done(rows);
}

void
verify_tables(struct verify *v)
{
	compare_projections(v);
	check_boxes(v);
	check_credentials(v);
}
