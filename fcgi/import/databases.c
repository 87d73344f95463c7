/*
 * databases.c: what a sentence tells to do with databases, as steps.
 *
 * “Create the database X” and “drop A and B” have all that a statement needs.
 * “Dump the database” names a program.  A condition on the server's version
 * becomes a question to the server.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "import/databases.h"
#include "base/buf.h"
#include "base/message.h"
#include "base/text.h"
#include "import/block/placeholders.h"
#include "import/import_own.h"
#include "import/notes.h"
#include "import/pieces.h"
#include "import/sentences.h"
#include "compiler/parse/slug.h"

/* clang-format off */
static const char *const databases[] = { "数据库", "库", "database", " db",
	NULL };
static const char *const create_words[] = { "创建", "新建", "建立", "建库", "create",
	NULL };
static const char *const drop_words[] = { "删除", "删掉", "drop", NULL };
/* clang-format on */

/* A plain name, which needs no quotes in a statement. */
static bool
is_database(const char *s)
{
	static const char *const words[] = { "db", "dbs", "database", "drop",
		"create", "sql", "mysql", "mariadb", "postgresql", "postgres",
		"pgadmin", "navicat", "phpmyadmin", "utf8", "utf8mb4", NULL };

	for (size_t i = 0; words[i] != NULL; i++)
		if (strcasecmp(words[i], s) == 0)
			return false;
	return (islower((unsigned char)s[0]) || s[0] == '_') &&
	    strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(s);
}

static bool
says_database(const struct pieces *p, size_t i)
{
	return pieces_has(p->all[i].before, databases) ||
	    pieces_has(pieces_behind(p, i), databases) ||
	    (i + 1 < p->count &&
		(strcasecmp(p->all[i + 1].name, "db") == 0 ||
		    strcasecmp(p->all[i + 1].name, "database") == 0));
}

/* Nothing but a comma or “and” between two names. */
static bool
is_list_sign(const char *s)
{
	static const char *const signs[] = { "、", "和", "与", "，", ",",
		" and ", ", ", " 和 ", NULL };

	for (size_t i = 0; signs[i] != NULL; i++)
		if (strcmp(signs[i], s) == 0)
			return true;
	return false;
}

const char *
databases_statements(struct import *im, const struct pieces *p, bool *ret_drops)
{
	bool create = false, drop = false, known = false;
	struct buf out = { 0 };
	const char *text;

	for (size_t i = 0; i <= p->count; i++) {
		const char *s = i < p->count ? p->all[i].before : p->after;

		create |= pieces_has(s, create_words) ||
		    (i < p->count && strcasecmp(p->all[i].name, "create") == 0);
		drop |= pieces_has(s, drop_words) ||
		    (i < p->count && strcasecmp(p->all[i].name, "drop") == 0);
	}
	for (size_t i = 0; i < p->count && create != drop; i++) {
		size_t last = i;

		while (last + 1 < p->count &&
		    is_list_sign(p->all[last + 1].before))
			last++;
		known = says_database(p, i) || says_database(p, last);
		for (; i <= last && known; i++)
			if (is_database(p->all[i].name))
				buf_printf(&out, "%s DATABASE %s;\n",
				    drop ? "DROP" : "CREATE", p->all[i].name);
		i = last;
	}
	*ret_drops = drop;
	text = out.len > 0 && !pieces_refuse(p)
	    ? arena_strdup(im->p.arena, buf_text(&out))
	    : NULL;
	buf_clear(&out);
	return text;
}

/* “Dump the database”: dump is the name of a program. */
static bool
propose_dump(struct import *im, const struct node *n)
{
	const char *title = text_title(&im->p, n), *name;
	const char *s = strcasestr(title, "dump");
	bool all = text_characters(title) <= 24;

	if (s == NULL || !all || !pieces_has(title, databases) ||
	    (s != title && strncasecmp(title, "用", strlen("用")) != 0) ||
	    (s[4] != ' ' && (unsigned char)s[4] < 0x80))
		return false;
	name = import_hole(im, "database", strlen("database"));
	if (name == NULL)
		return false;
	import_step_behind(im, n, "sh", "",
	    arena_printf(im->p.arena,
		strcmp(im->sql, "postgresql") == 0
		    ? "pg_dump -Fc -f \"$%s.dump\" \"$%s\""
		    : "mysqldump --single-transaction --routines \"$%s\" "
		      ">\"$%s.sql\"",
		name, name));
	return true;
}

bool
databases_ask_version(struct import *im, const struct node *n)
{
	static const char *const ifs[] = { "如果", "若", "当", "if your ",
		"if the ", "if you ", NULL };
	static const char *const says[] = { "版本", "version", NULL };
	static const struct {
		const char *name, *kind, *parameter, *statement;
	} servers[] = { { "mysql", "mysql", "mysql_version",
			    "SELECT SUBSTRING_INDEX(VERSION(), '-', 1);" },
		{ "mariadb", "mysql", "mariadb_version",
		    "SELECT SUBSTRING_INDEX(VERSION(), '-', 1);" },
		{ "postgresql", "postgresql", "postgresql_version",
		    "SELECT split_part(current_setting('server_version'), "
		    "' ', 1);" } };
	const char *title = text_title(&im->p, n), *at = NULL;

	for (size_t i = 0; ifs[i] != NULL && at == NULL; i++)
		at = strcasestr(title, ifs[i]);
	if (at == NULL || !pieces_has(at, says))
		return false;
	for (size_t i = 0; i < sizeof(servers) / sizeof(servers[0]); i++) {
		const char *s = strcasestr(at, servers[i].name);

		if (s == NULL || s > at + 24 || strcspn(s, "0123456789") > 40 ||
		    strstr(im->p.src, servers[i].parameter) != NULL)
			continue;
		import_step_behind(im, n, servers[i].kind,
		    arena_printf(
			im->p.arena, " capture=%s", servers[i].parameter),
		    servers[i].statement);
		import_note(im, n->at,
		    message_arena(im->p.arena, "import_condition value=%s",
			servers[i].parameter));
		return true;
	}
	return false;
}

/* The text is a plain name, or a number. */
static bool
is_plain_value(const char *s)
{
	return s[0] != '\0' &&
	    strspn(s,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789_") == strlen(s);
}

/* “将 T 表中最后一行的 C 列改为 V” */
static bool
propose_last_row(
    struct import *im, const struct node *n, const struct pieces *p)
{
	static const char *const last[] = { "最后一项", "最后一条", "最后一行",
		NULL };
	static const char *const sets[] = { "改为", "改成", "更新为", "设为",
		"置为", NULL };
	const char *table = NULL, *column = NULL, *value = NULL, *key;

	for (size_t i = 0; i < p->count; i++) {
		const char *behind = pieces_behind(p, i);

		behind += strspn(behind, " ");

		if (!is_plain_value(p->all[i].name))
			continue;
		if (text_starts(behind, "表"))
			table = p->all[i].name;
		else if (text_starts(behind, "列") ||
		    text_starts(behind, "字段"))
			column = p->all[i].name;
		if (column != NULL && pieces_has(p->all[i].before, sets))
			value = p->all[i].name;
	}
	if (table == NULL || column == NULL || value == NULL ||
	    !pieces_has(text_title(&im->p, n), last) ||
	    strcmp(im->sql, "mysql") != 0)
		return false;
	/* Flyway numbers its rows so */
	key = strcmp(table, "schema_version") == 0 ||
		strcmp(table, "flyway_schema_history") == 0
	    ? "installed_rank"
	    : "id";
	import_step_behind(im, n, "mysql", "",
	    arena_printf(im->p.arena,
		"UPDATE %s SET %s = '%s' ORDER BY %s DESC LIMIT 1;", table,
		column, value, key));
	import_note(im, n->at,
	    message_arena(im->p.arena, "import_last_row column=%s", key));
	return true;
}

bool
databases_propose(
    struct import *im, const struct node *n, const struct pieces *p)
{
	bool drops = false;
	const char *statements;

	if (pieces_refuse(p))
		return false;
	if (propose_last_row(im, n, p) || propose_dump(im, n))
		return true;
	statements = databases_statements(im, p, &drops);
	if (statements != NULL)
		import_step_behind(
		    im, n, im->sql, drops ? " .irreversible" : "", statements);
	return statements != NULL;
}
