/*
 * list.c: lists accounts, tokens and secrets from the journal. One line each,
 * fields between tabs, for people and for cut(1).
 */
#include <stdio.h>
#include <string.h>

#include "cli/list.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/cli.h"
#include "journal/db.h"

static const char *
when(struct rows *rows, const char *column, char text[CLOCK_TEXT])
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
	n = json_count(names);
	for (size_t i = 0; i < n; i++)
		printf("%s%s", i > 0 ? "," : "",
		    json_object_get_string(json_at(names, i)));
	json_object_put(names);
}

/* name, roles, disabled, created_at, created_by */
static void
print_account(struct rows *rows)
{
	char at[CLOCK_TEXT];

	printf("%s\t", db_text(rows, "name"));
	print_names(db_text(rows, "roles"));
	printf("\t%s\t%s\t%s\n",
	    db_int(rows, "disabled") != 0 ? "disabled" : "enabled",
	    when(rows, "created_at", at), db_text(rows, "created_by"));
}

/*
 * account, name, hash, created_at, created_by, scopes, expires_at: the hash is
 * not printed
 */
static void
print_token(struct rows *rows)
{
	char at[CLOCK_TEXT];

	printf("%s\t%s\t%s\t", db_text(rows, "account"), db_text(rows, "name"),
	    when(rows, "created_at", at));
	printf("%s\t", db_text(rows, "created_by"));
	print_names(db_text(rows, "scopes"));
	printf("\t%s\n", when(rows, "expires_at", at));
}

/* name, set_at, set_by */
static void
print_secret(struct rows *rows)
{
	char at[CLOCK_TEXT];

	printf("%s\t%s\t%s\n", db_text(rows, "name"), when(rows, "set_at", at),
	    db_text(rows, "set_by"));
}

int
cli_list(const struct cli *c, const char *what, const char *of)
{
	static const struct {
		const char *what;
		enum stmt stmt;
		const char *of; /* the column that the list is limited by */
		void (*print)(struct rows *rows);
	} lists[] = {
		{ "user", STMT_ALL_ACCOUNT, "name", print_account },
		{ "token", STMT_ALL_TOKEN, "account", print_token },
		{ "secret", STMT_ALL_SECRET, "name", print_secret },
	};
	struct db *db = NULL;
	struct rows *rows;
	int code = CLI_YES;

	if (db_open(c->data, DB_CLI, &db) != ERR_OK)
		return cli_message(CLI_NO, "cli_no_journal folder=%s", c->data);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (strcmp(lists[i].what, what) != 0)
			continue;
		(void)db_begin(db);
		rows = db_query(db, lists[i].stmt);
		while (db_next(rows))
			if (of == NULL ||
			    text_eq(of, db_text(rows, lists[i].of)))
				lists[i].print(rows);
		db_done(rows);
		if (db_end(db, ERR_OK) != ERR_OK)
			code = cli_message(
			    CLI_NO, "cli_list_unreadable folder=%s", c->data);
	}
	db_close(db);
	return code;
}
