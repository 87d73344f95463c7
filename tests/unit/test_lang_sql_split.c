/*
 * The statements of a SQL step, told apart, in three dialects.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "lang/sql/sql_split.h"

/* The statements with their lines, each ended by "|"; or "wrong@N". */
static void
gives(enum step_kind dialect, const char *text, const char *expected)
{
	struct statements s;
	struct buf b = { 0 };

	if (!statements_split(text, dialect, dialect == STEP_MYSQL, &s)) {
		buf_printf(&b, "wrong@%zu", s.wrong_at);
		assert_non_null(s.wrong);
	} else {
		for (size_t i = 0; i < s.count; i++)
			buf_printf(&b, "%d:%.*s|", s.all[i].line,
			    (int)s.all[i].len, text + s.all[i].at);
	}
	assert_string_equal(buf_text(&b), expected);
	buf_clear(&b);
	statements_clear(&s);
}

static void
statements_have_their_line(void **state)
{
	(void)state;
	gives(STEP_MYSQL,
	    "-- one\nSELECT 1;\n\n# two\nSELECT\n 2 ; ;\n"
	    "SELECT 3",
	    "1:SELECT 1|4:SELECT\n 2|6:SELECT 3|");
	gives(STEP_SQLITE, "/* ; */ A; B -- ;\n;C", "0:A|0:B|1:C|");
}

static void
a_line_names_a_file_of_statements(void **state)
{
	static const char file[] = "A '{{a}}' {{b}};\n{{c}}.d";
	struct statements s;

	(void)state;
	gives(STEP_MYSQL, "A;\n <\t./b/c.sql \r\nD < ./e; F",
	    "0:A|1:./b/c.sql|2:D < ./e|2:F|");
	gives(STEP_SQLITE, "< ./x/../y", "wrong@0");
	gives(STEP_SQLITE, "A; < /etc/passwd", "wrong@3");
	assert_true(statements_split(" < ./x", STEP_SQLITE, false, &s));
	assert_true(s.all[0].is_file);
	statements_clear(&s);
	assert_true(statements_split_file(file, STEP_SQLITE, false, &s));
	assert_int_equal(s.count, 2);
	assert_int_equal(s.values_count, 0);
	statements_clear(&s);
	assert_false(statements_split_file("A;< ./x", STEP_SQLITE, false, &s));
	assert_int_equal(s.wrong_at, 2);
	statements_clear(&s);
}

static void
delimiters_in_quotes_and_comments_do_not_count(void **state)
{
	(void)state;
	gives(STEP_MYSQL,
	    "A 'x;''y\\';' \";\" `;``;` -- ;\n /* ; */ # ;\n"
	    "e;B",
	    "0:A 'x;''y\\';' \";\" `;``;` -- ;\n /* ; */ # ;\ne|2:B|");
	gives(STEP_MYSQL, "SELECT 1--1;B", "0:SELECT 1--1|0:B|");
	gives(STEP_POSTGRESQL, "A 'x\\'; B E'\\';' \";\"; /* /* ; */ ; */C",
	    "0:A 'x\\'|0:B E'\\';' \";\"|0:C|");
	gives(STEP_POSTGRESQL, "A #> ';' --;\n;B", "0:A #> ';'|1:B|");
	gives(STEP_SQLITE, "A [x;y] `;` 'a\\';B",
	    "0:A [x;y] `;` 'a\\'|"
	    "0:B|");
	gives(STEP_SQLITE, "A /* /* ; */;B", "0:A|0:B|");
}

static void
what_only_clients_know_is_refused_before_anything_is_applied(void **state)
{
	(void)state;
	gives(STEP_MYSQL, "SELECT 1;\nSHOW TABLES\\G\n", "wrong@21");
	gives(STEP_MYSQL, "SELECT \\N, '\\G', `a\\G`; -- \\G",
	    "0:SELECT \\N, '\\G', `a\\G`|");
	gives(STEP_MYSQL, "A;\nsource /x.sql;", "wrong@3");
	gives(STEP_MYSQL, "SELECT source FROM t; SELECT sources",
	    "0:SELECT source FROM t|0:SELECT sources|");
	gives(STEP_MYSQL, "< x.sql", "wrong@0");
	gives(STEP_MYSQL, "mysql> A;", "wrong@0");
	gives(STEP_MYSQL, "A; MariaDB [app]> B;", "wrong@3");
	gives(STEP_SQLITE, "sqlite> A;", "wrong@0");
	gives(STEP_POSTGRESQL, "app=# A;", "wrong@0");
	gives(STEP_POSTGRESQL, "app=> A;", "wrong@0");
	gives(STEP_MYSQL, "LOAD DATA LOCAL INFILE 'x' INTO TABLE t", "wrong@0");
	gives(STEP_MYSQL, "LOAD DATA INFILE 'x' INTO TABLE t (local)",
	    "0:LOAD DATA INFILE 'x' INTO TABLE t (local)|");
	gives(STEP_POSTGRESQL, "SELECT 1 < 2; SELECT 1 \\gx", "wrong@23");
	gives(
	    STEP_POSTGRESQL, "A;\nCOPY t (a) FROM stdin;\n1\n\\.\n", "wrong@3");
	gives(STEP_POSTGRESQL, "COPY t TO STDOUT WITH CSV", "wrong@0");
	gives(STEP_POSTGRESQL, "COPY t FROM '/x/stdin'; SELECT stdin",
	    "0:COPY t FROM '/x/stdin'|0:SELECT stdin|");
}

static void
a_body_without_delimiter_is_told(void **state)
{
	(void)state;
	gives(STEP_MYSQL,
	    "A;\nCREATE DEFINER=root@localhost FUNCTION f() "
	    "RETURNS INT\nBEGIN\n RETURN 1;\nEND;",
	    "wrong@3");
	gives(STEP_MYSQL,
	    "CREATE OR REPLACE DEFINER=`a`@`%` TRIGGER t "
	    "BEFORE INSERT ON x FOR EACH ROW BEGIN SET a=1; END",
	    "wrong@0");
	gives(STEP_MYSQL,
	    "CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW "
	    "SET a=1; CREATE TABLE event (begin INT); BEGIN; COMMIT",
	    "0:CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW SET a=1|"
	    "0:CREATE TABLE event (begin INT)|0:BEGIN|0:COMMIT|");
	gives(STEP_MYSQL,
	    "DELIMITER $$\nCREATE FUNCTION f() RETURNS INT "
	    "BEGIN RETURN 1; END$$\nDELIMITER ;\nA;",
	    "1:CREATE FUNCTION f() RETURNS INT BEGIN RETURN 1; END|3:A|");
}

static void
hidden_code_of_mysql_is_code(void **state)
{
	(void)state;
	gives(STEP_MYSQL, "/*!40101 SET NAMES 'a;b' */; B",
	    "0:/*!40101 SET NAMES 'a;b' */|0:B|");
}

static void
the_delimiter_of_mysql_changes(void **state)
{
	(void)state;
	gives(STEP_MYSQL,
	    "DELIMITER //\nCREATE PROCEDURE p() BEGIN\n"
	    "SELECT 1; SELECT 2; END//\ndelimiter ;\nCALL p();",
	    "1:CREATE PROCEDURE p() BEGIN\nSELECT 1; SELECT 2; END|"
	    "4:CALL p()|");
	gives(STEP_MYSQL, "SELECT delimiter ; B", "0:SELECT delimiter|0:B|");
	gives(STEP_MYSQL, "DELIMITER\nA", "wrong@0");
	gives(STEP_MYSQL, "DELIMITER $$\nA;$$B$$", "1:A;|1:B|");
	gives(STEP_MYSQL,
	    "DELIMITER #\nDROP PROCEDURE IF EXISTS p #\n"
	    "CREATE PROCEDURE p() BEGIN SELECT 1; END #\nDELIMITER ;\n"
	    "CALL p(); # the end;\n",
	    "1:DROP PROCEDURE IF EXISTS p|"
	    "2:CREATE PROCEDURE p() BEGIN SELECT 1; END|4:CALL p()|");
	gives(STEP_MYSQL, "DELIMITER --\nA; -- B --\nDELIMITER /*\nC/*D/*",
	    "1:A;|1:B|3:C|3:D|");
	gives(STEP_MYSQL, "DELIMITER '//'\nA;//DELIMITER \"go\"\nB;go",
	    "1:A;|2:B;|");
}

static void
bodies_are_one_statement(void **state)
{
	(void)state;
	gives(STEP_POSTGRESQL, "DO $$ BEGIN a; b; END $$; SELECT $1; C",
	    "0:DO $$ BEGIN a; b; END $$|0:SELECT $1|0:C|");
	gives(STEP_POSTGRESQL, "AS $f_1$ a; $$; $f_1$; B",
	    "0:AS $f_1$ a; $$; $f_1$|0:B|");
	gives(STEP_POSTGRESQL,
	    "CREATE OR REPLACE FUNCTION f() BEGIN ATOMIC "
	    "SELECT CASE WHEN 1 THEN 2 END; SELECT 2; END; B",
	    "0:CREATE OR REPLACE FUNCTION f() BEGIN ATOMIC SELECT CASE WHEN 1 "
	    "THEN 2 END; SELECT 2; END|0:B|");
	gives(STEP_SQLITE,
	    "CREATE TEMP TRIGGER t AFTER INSERT ON a BEGIN "
	    "UPDATE b SET c = CASE WHEN 1 THEN 2 END; DELETE FROM d; END; B",
	    "0:CREATE TEMP TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET c = "
	    "CASE WHEN 1 THEN 2 END; DELETE FROM d; END|0:B|");
	gives(STEP_SQLITE, "BEGIN; A; END; B", "0:BEGIN|0:A|0:END|0:B|");
}

static void
what_does_not_end_is_wrong_where_it_begins(void **state)
{
	(void)state;
	gives(STEP_MYSQL, "A; 'b", "wrong@3");
	gives(STEP_MYSQL, "A; 'b\\'", "wrong@3");
	gives(STEP_MYSQL, "A /* b", "wrong@2");
	gives(STEP_POSTGRESQL, "A $x$ b $y$", "wrong@2");
	gives(STEP_POSTGRESQL, "A /* /* */", "wrong@2");
	gives(STEP_SQLITE, " -- only\n", "wrong@0");
	gives(STEP_POSTGRESQL, "A;\n\\dt", "wrong@3");
	gives(STEP_SQLITE, "A;\n.tables", "wrong@3");
}

static void
values_stand_where_a_value_may(void **state)
{
	static const char text[] = "A {{x}}; B ({{y}},{{z}}) -- {{c}}\n;"
				   "C 'u'@{{h}}";
	struct statements s;

	(void)state;
	assert_true(statements_split(text, STEP_MYSQL, true, &s));
	assert_int_equal(s.count, 3);
	assert_int_equal(s.values_count, 4);
	assert_int_equal(s.all[0].values_count, 1);
	assert_int_equal(s.all[1].values_from, 1);
	assert_int_equal(s.all[1].values_count, 2);
	assert_string_equal(s.values[2].name, "z");
	assert_memory_equal(text + s.values[2].at, "{{z}}", s.values[2].len);
	assert_string_equal(s.values[3].name, "h");
	statements_clear(&s);
}

static void
values_in_quotes_and_names_are_wrong(void **state)
{
	(void)state;
	gives(STEP_MYSQL, "A '{{x}}'", "wrong@3");
	gives(STEP_MYSQL, "A `{{x}}`", "wrong@3");
	gives(STEP_MYSQL, "A t_{{x}}", "wrong@4");
	gives(STEP_MYSQL, "A {{x}}_t", "wrong@2");
	gives(STEP_MYSQL, "A db.{{x}}", "wrong@5");
	gives(STEP_MYSQL, "A x{{x}}", "wrong@3");
	gives(STEP_MYSQL, "A 'a'{{x}}", "wrong@5");
	gives(STEP_POSTGRESQL, "A U&{{x}}", "wrong@4");
	gives(STEP_POSTGRESQL, "A E{{x}}", "wrong@3");
	gives(STEP_POSTGRESQL, "A $$ {{x}} $$", "wrong@5");
	gives(STEP_MYSQL, "A {{x}}{{y}}", "wrong@2");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statements_have_their_line),
		cmocka_unit_test(a_line_names_a_file_of_statements),
		cmocka_unit_test(
		    delimiters_in_quotes_and_comments_do_not_count),
		cmocka_unit_test(
		    what_only_clients_know_is_refused_before_anything_is_applied),
		cmocka_unit_test(a_body_without_delimiter_is_told),
		cmocka_unit_test(hidden_code_of_mysql_is_code),
		cmocka_unit_test(the_delimiter_of_mysql_changes),
		cmocka_unit_test(bodies_are_one_statement),
		cmocka_unit_test(what_does_not_end_is_wrong_where_it_begins),
		cmocka_unit_test(values_stand_where_a_value_may),
		cmocka_unit_test(values_in_quotes_and_names_are_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
