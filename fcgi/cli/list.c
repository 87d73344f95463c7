/*
 * list.c: lists accounts, tokens and secrets from the journal. One line each,
 * fields between tabs, for people and for cut(1).
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "cli/cli.h"
#include "journal/db.h"

static const char *
when(struct rows *rows, int column, char text[CLOCK_TEXT])
{
	clock_format(db_int(rows, column), text);
	return text;
}

/* An array of names, with commas. */
static void
print_names(const char *text)
{
	struct json_object *names = NULL;
	size_t n;

	(void)json_read(text, strlen(text), &names, NULL);
	n = names != NULL ? json_object_array_length(names) : 0;
	for (size_t i = 0; i < n; i++)
		printf("%s%s", i > 0 ? "," : "",
		    json_object_get_string(
			json_object_array_get_idx(names, i)));
	json_object_put(names);
}

/* name, roles, disabled, created_at, created_by */
static void
print_account(struct rows *rows)
{
	char at[CLOCK_TEXT];

	printf("%s\t", db_text(rows, 0));
	print_names(db_text(rows, 1));
	printf("\t%s\t%s\t%s\n", db_int(rows, 2) != 0 ? "disabled" : "enabled",
	    when(rows, 3, at), db_text(rows, 4));
}

/*
 * account, name, hash, created_at, created_by, scopes, expires_at: the hash is
 * not printed
 */
static void
print_token(struct rows *rows)
{
	char at[CLOCK_TEXT];

	printf("%s\t%s\t%s\t", db_text(rows, 0), db_text(rows, 1),
	    when(rows, 3, at));
	printf("%s\t", db_text(rows, 4));
	print_names(db_text(rows, 5));
	printf("\t%s\n", when(rows, 6, at));
}

/* name, set_at, set_by */
static void
print_secret(struct rows *rows)
{
	char at[CLOCK_TEXT];

	printf("%s\t%s\t%s\n", db_text(rows, 0), when(rows, 1, at),
	    db_text(rows, 2));
}

int
cli_list(const struct cli *c, const char *what, const char *of)
{
	static const struct {
		const char *what;
		enum stmt stmt;
		void (*print)(struct rows *rows);
	} lists[] = {
		{ "user", STMT_ALL_ACCOUNT, print_account },
		{ "token", STMT_ALL_TOKEN, print_token },
		{ "secret", STMT_ALL_SECRET, print_secret },
	};
	struct db *db = NULL;
	struct rows *rows;

	if (db_open(c->data, DB_CLI, &db) != ERR_OK)
		return cli_message(CLI_NO,
		    "there is no journal in %s, or it is "
		    "of another version",
		    c->data);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (strcmp(lists[i].what, what) != 0)
			continue;
		rows = db_query(db, lists[i].stmt);
		while (db_next(rows))
			if (of == NULL || strcmp(of, db_text(rows, 0)) == 0)
				lists[i].print(rows);
		db_done(rows);
	}
	db_close(db);
	return CLI_YES;
}
