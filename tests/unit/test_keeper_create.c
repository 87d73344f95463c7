/*
 * A run is created once for one key, and by its rules: each value is checked
 * by its parameter, and a refused run leaves nothing.
 */
#include "keeper_runs.h"

#define BOOK \
	"---\n" \
	"parameters:\n" \
	"  size: {type: choice, choices: [small, large], default: small}\n" \
	"  count: {type: number, default: 3}\n" \
	"  word: {pattern: '[a-z]+', default: ab}\n" \
	"  pass: {type: secret, required: false}\n" \
	"  extra: {when: \"size == 'large'\"}\n" \
	"---\n" \
	"# T\n\n```sh {#one}\ntrue\n```\n"

static const char *bo;

static int64_t
runs(void)
{
	return db_first_int(db_query(keeper.db, STMT_RUN_NEXT_ID), 0) - 1;
}

static void
a_key_gives_one_run(void **state)
{
#define KEY ",\"idempotency_key\":\"k\""
	static const char *const same[] = {
		KEY ",\"title\":\"A\",\"parameters\":{\"word\":\"cd\","
		    "\"size\":\"small\"}",
		",\"title\":\"A\"" KEY ",\"parameters\":{\"size\":\"small\","
		"\"word\":\"cd\"}",
	}, *const other[] = {
		KEY, KEY ",\"title\":\"B\",\"parameters\":{\"word\":\"cd\","
			 "\"size\":\"small\"}",
		KEY ",\"title\":\"A\",\"parameters\":{\"word\":\"ce\","
		    "\"size\":\"small\"}",
		KEY ",\"title\":\"A\",\"parameters\":{\"word\":\"cd\"}",
		KEY ",\"title\":\"A\",\"reason\":\"\",\"parameters\":{"
		    "\"word\":\"cd\",\"size\":\"small\"}",
	};
	int64_t first;

	(void)state;
	first = must_create(ana, same[0]);
	assert_int_equal(must_create(ana, same[1]), first);
	assert_int_equal(must_create(ana, same[0]), first);
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		assert_int_equal(create_run(ana, other[i]), 0);
		assert_string_equal(called.fault.code, "key_reused");
	}
	assert_int_equal(runs(), 1);
	/* the keys of another person are their own */
	assert_int_equal(must_create(bo, other[0]), first + 1);
	assert_int_equal(must_create(ana, ""), first + 2);
	assert_int_equal(must_create(ana, ""), first + 3);
}

static void
a_key_is_printable_and_255_bytes_at_most(void **state)
{
	static const char *const bad[] = { "", " ", "a b", "a\\tb", "a\\u007f",
		"\xc3\xbc", "\\u00e4" };
	char more[400] = ",\"idempotency_key\":\"", *end = strchr(more, 0);

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		sprintf(end, "%s\"", bad[i]);
		assert_int_equal(create_run(ana, more), 0);
		assert_string_equal(called.fault.code, "bad_key");
	}
	memset(end, 'k', 256);
	strcpy(end + 256, "\"");
	assert_int_equal(create_run(ana, more), 0);
	assert_string_equal(called.fault.code, "too_long");
	strcpy(end + 255, "\"");
	assert_int_equal(must_create(ana, more), 1);
}

static void
a_refused_run_leaves_its_key_free(void **state)
{
	(void)state;
	assert_int_equal(
	    create_run(ana, KEY ",\"parameters\":{\"size\":\"huge\"}"), 0);
	assert_int_equal(runs(), 0);
	assert_int_equal(must_create(ana,
			     KEY ",\"parameters\":{\"size\":\"large\","
				 "\"extra\":\"x\"}"),
	    1);
}

static void
each_value_is_checked_by_its_parameter(void **state)
{
	static const struct {
		const char *values, *code, *field;
	} rows[] = {
		{ "", "", "" },
		{ "\"size\":\"large\",\"extra\":\"x\"", "", "" },
		{ "\"size\":\"large\"", "missing_value", "extra" },
		{ "\"size\":\"huge\"", "bad_value", "size" },
		{ "\"size\":7", "wrong_type", "size" },
		{ "\"size\":null", "wrong_type", "size" },
		{ "\"other\":\"x\"", "unknown_parameter", "other" },
		{ "\"count\":\"x\"", "bad_value", "count" },
		{ "\"count\":\"7\"", "", "" },
		{ "\"word\":\"AB\"", "bad_value", "word" },
		{ "\"word\":\"ab\\ncd\"", "bad_value", "word" },
		{ "\"word\":\"-ab\"", "bad_value", "word" },
		{ "\"word\":\"\"", "", "" }, /* the default */
		{ "\"pass\":\"hunter2\"", "", "" },
		{ "\"extra\":\"not asked\"", "", "" },
	};
	char more[200];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(
		    more, sizeof(more), ",\"parameters\":{%s}", rows[i].values);
		(void)create_run(ana, more);
		if (strcmp(called.fault.code, rows[i].code) != 0 ||
		    strcmp(called.fault.field, rows[i].field) != 0)
			fail_msg("%s: %s %s", rows[i].values, called.fault.code,
			    called.fault.field);
	}
}

/* A value is in the plan as it was given; a secret's is nowhere. */
static void
a_secret_is_in_no_column_of_the_run(void **state)
{
	struct json_object *row;
	const char *text;

	(void)state;
	must_create(ana,
	    ",\"parameters\":{\"pass\":\"hunter2\","
	    "\"word\":\"xyz\",\"extra\":\"not asked\"}");
	row = db_first_json(db_query(keeper.db, STMT_RUN_GET, INT(1)));
	text = json_write(row);
	assert_non_null(strstr(text, "xyz"));
	assert_null(strstr(text, "hunter2"));
	assert_null(strstr(text, "not asked"));
	assert_null(json_get(json_get(row, "parameters"), "pass"));
	assert_int_equal(
	    strlen(json_text(json_get(row, "sealed"), "pass", "")), 64);
	json_object_put(row);
	assert_int_equal(db_first_int(db_query(keeper.db, STMT_SEALED_THERE,
					  INT(1), TEXT("pass")),
			     0),
	    1);
}

static void
what_is_not_there_has_a_refusal(void **state)
{
	static const struct {
		const char *body, *code;
	} rows[] = {
		{ "{\"runbook\":\"none\",\"environment\":\"test\"}",
		    "no_such_runbook" },
		{ "{\"runbook\":\"../books/book\",\"environment\":\"test\"}",
		    "no_such_runbook" },
		{ "{\"runbook\":\"\",\"environment\":\"test\"}",
		    "no_such_runbook" },
		{ "{\"runbook\":\"broken\",\"environment\":\"test\"}",
		    "broken_runbook" },
		{ "{\"runbook\":\"empty\",\"environment\":\"test\"}",
		    "no_steps" },
		{ "{\"runbook\":\"book\",\"environment\":\"moon\"}",
		    "unknown_environment" },
	};

	(void)state;
	data_write("books/broken.md", "```sh {#a\n");
	data_write("books/empty.md", "# T\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)call("run_create", ana, 0, NULL, rows[i].body);
		if (strcmp(called.fault.code, rows[i].code) != 0)
			fail_msg("%s: %s", rows[i].body, called.fault.code);
	}
	unlink(data_path("books/targets.yml"));
	assert_int_equal(create_run(ana, ""), 0);
	assert_string_equal(called.fault.code, "no_targets");
	assert_int_equal(runs(), 0);
}

/* Else a link in the folder would show what the keeper alone may read. */
static void
a_link_that_leads_out_of_the_folder_gives_no_run(void **state)
{
	(void)state;
	data_write("keys/plan.md", BOOK);
	assert_int_equal(symlink("book.md", data_path("books/same.md")), 0);
	assert_int_equal(
	    symlink("../keys/plan.md", data_path("books/out.md")), 0);
	must("run_create", ana, 0, NULL,
	    "{\"runbook\":\"same\",\"environment\":\"test\"}");
	assert_int_equal(runs(), 1);
	assert_int_equal(call("run_create", ana, 0, NULL,
			     "{\"runbook\":\"out\","
			     "\"environment\":\"test\"}"),
	    ERR_FORBIDDEN);
	assert_string_equal(called.fault.code, "runbook_leads_out");
	assert_int_equal(rename(data_path("books/targets.yml"),
			     data_path("keys/targets.yml")),
	    0);
	assert_int_equal(
	    symlink("../keys/targets.yml", data_path("books/targets.yml")), 0);
	assert_int_equal(create_run(ana, ""), 0);
	assert_string_equal(called.fault.code, "runbook_leads_out");
	assert_string_equal(called.fault.field, "environment");
	assert_int_equal(runs(), 1);
}

static int
begin(void **state)
{
	keeper_runs_begin(state);
	write_book(BOOK, LOCAL_TARGETS);
	bo = sign_up("bo", "\"operator\"");
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define ONE(test) cmocka_unit_test_setup_teardown(test, begin, keeper_runs_end)
		ONE(a_key_gives_one_run),
		ONE(a_key_is_printable_and_255_bytes_at_most),
		ONE(a_refused_run_leaves_its_key_free),
		ONE(each_value_is_checked_by_its_parameter),
		ONE(a_secret_is_in_no_column_of_the_run),
		ONE(what_is_not_there_has_a_refusal),
		ONE(a_link_that_leads_out_of_the_folder_gives_no_run),
	};

	return cmocka_run_group_tests_name("keeper/create", tests, NULL, NULL);
}
