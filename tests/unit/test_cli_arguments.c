/*
 * The command line: which arguments each command takes, its exit codes (0 yes,
 * 1 no, 2 wrong usage), and where its words go.
 */
#include "program_run.h"

#define MOST 10

struct row {
	const char *argv[MOST];
	int code;
	const char *out; /* standard output has it; NULL: it is empty */
	const char *err; /* the same of standard error */
	const char *input;
};

static void
check(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int code = run_program(rows[i].argv, rows[i].input);
		const struct row *r = &rows[i];

		if (code != r->code ||
		    (r->out != NULL ? strstr(printed, r->out) == NULL
				    : *printed != '\0') ||
		    (r->err != NULL ? strstr(complained, r->err) == NULL
				    : *complained != '\0'))
			fail_msg("row %zu (%s %s): %d\nout: %s\nerr: %s", i,
			    r->argv[0], r->argv[1] != NULL ? r->argv[1] : "",
			    code, printed, complained);
	}
}

#define CHECK_ROWS(rows) check(rows, sizeof(rows) / sizeof((rows)[0]))

static void
help_is_an_answer_and_wrong_usage_is_not(void **state)
{
	static const struct row rows[] = {
		{ { NULL }, 2, NULL, .err = "countersign COMMAND" },
		{ { "--help" }, 0, "countersign COMMAND", .err = NULL },
		{ { "help" }, 0, "countersign verify", .err = NULL },
		{ { "--version" }, 0, "countersign ", .err = NULL },
		{ { "serv" }, 2, NULL, .err = "there is no command \"serv\"" },
		{ { "" }, 2, NULL, .err = "there is no command" },
		{ { "user", "--help" }, 0, "countersign user add",
		    .err = NULL },
		{ { "user", "-h" }, 0, "countersign user add", .err = NULL },
		{ { "user", "--no-such" }, 2, NULL,
		    .err = "countersign user add" },
		{ { "user", "list", "--data" }, 2, NULL, .err = "requires" },
		{ { "secret", "set", "x", "--force=yes" }, 2, NULL,
		    .err = "doesn't allow" },
	};

	(void)state;
	CHECK_ROWS(rows);
}

/* Nothing was done: no data folder has come into being. */
static void
each_command_has_its_arguments(void **state)
{
#define USAGE(word, ...) \
	{ \
		{ __VA_ARGS__ }, 2, NULL, .err = "countersign " word \
	}
	static const struct row rows[] = {
		USAGE("user add", "user"),
		USAGE("user add", "user", "add"),
		USAGE("user add", "user", "add", "a", "b"),
		USAGE("user add", "user", "remove", "a"),
		USAGE("user add", "user", "roles", "a"),
		USAGE("user add", "user", "disable"),
		USAGE("user add", "user", "list", "a"),
		USAGE("token add", "token"),
		USAGE("token add", "token", "add", "a"),
		USAGE("token add", "token", "add", "--name", "t"),
		USAGE("token add", "token", "make", "a", "--name", "t"),
		USAGE("token add", "token", "revoke", "a"),
		USAGE("token add", "token", "list", "a", "b"),
		USAGE("secret set", "secret"),
		USAGE("secret set", "secret", "set"),
		USAGE("secret set", "secret", "set", "a", "b"),
		USAGE("secret set", "secret", "show", "a"),
		USAGE("target list", "target"),
		USAGE("target list", "target", "list", "a"),
		USAGE("target list", "target", "show"),
		USAGE("target list", "target", "scan", "a", "b"),
		USAGE("import FILE", "import"),
		USAGE("import FILE", "import", "a.md", "b.md"),
		USAGE("serve", "serve", "now"),
		USAGE("serve", "serve", "--port", "0"),
		USAGE("serve", "serve", "--port", "65536"),
		USAGE("serve", "serve", "--port", "80x"),
		USAGE("serve", "serve", "--host", "localhosts"),
		USAGE("serve", "serve", "--tls-cert", "cert.pem"),
		USAGE("serve", "serve", "--output-limit", "0"),
		USAGE("serve", "serve", "--output-limit", "1000001"),
	};

	(void)state;
	CHECK_ROWS(rows);
	assert_int_not_equal(access(data_path("data"), F_OK), 0);
}

static void
what_is_not_there_is_a_no(void **state)
{
	static const struct row rows[] = {
		{ { "verify" }, 1, NULL, .err = "no journal in data" },
		{ { "verify", "--data", "keys" }, 1, NULL,
		    .err = "no journal in keys" },
		{ { "verify", "none.json" }, 1, NULL, .err = "none.json" },
		{ { "user", "list" }, 1, NULL, .err = "no journal in data" },
		{ { "token", "list" }, 1, NULL, .err = "no journal in data" },
		{ { "check", "none.md" }, 1, NULL, .err = "none.md" },
		{ { "import", "none.md" }, 1, NULL, .err = "none.md" },
		{ { "import", "none.md", "--output", "in" }, 1, NULL,
		    .err = "is not overwritten" },
		{ { "target", "list" }, 1, NULL, .err = "targets.yml" },
		{ { "user", "add", "ana" }, 1, NULL,
		    .err = "nothing was given on standard input" },
		{ { "secret", "set", "x" }, 1, NULL,
		    .err = "nothing was given on standard input" },
	};

	(void)state;
	CHECK_ROWS(rows);
}

/* Accounts, from the first word to the last, as an administrator types them. */
static void
accounts_tokens_and_secrets_from_the_command_line(void **state)
{
#define GOOD_PASSWORD "vexing otter lamp 42\n"
	static const struct row rows[] = {
		{ { "user", "add", "ana", "--roles", "operator,approver" }, 0,
		    "ana", .err = "is a new data folder",
		    .input = GOOD_PASSWORD },
		{ { "user", "add", "ana" }, 1, NULL, .err = "ana",
		    .input = GOOD_PASSWORD },
		{ { "user", "add", "bo" }, 1, NULL, .err = "12",
		    .input = "short\n" },
		{ { "user", "add", "bo", "--roles", "a b" }, 1, NULL,
		    .err = "role", .input = GOOD_PASSWORD },
		{ { "user", "add", "bo", "--roles", ",x,,y," }, 0, "bo",
		    .err = NULL, .input = GOOD_PASSWORD },
		{ { "user", "list" }, 0, "ana\toperator,approver\tenabled\t",
		    .err = NULL },
		{ { "user", "list" }, 0, "bo\tx,y\tenabled\t", .err = NULL },
		{ { "user", "roles", "bo", "--roles", "" }, 0, "bo",
		    .err = NULL },
		{ { "user", "disable", "bo" }, 0, "bo", .err = NULL },
		{ { "user", "list" }, 0, "bo\t\tdisabled\t", .err = NULL },
		{ { "user", "enable", "bo" }, 0, "bo", .err = NULL },
		{ { "user", "enable", "cy" }, 1, NULL, .err = "cy" },
		{ { "user", "password", "bo" }, 0, "bo", .err = NULL,
		    .input = "another otter, 43\n" },
		{ { "token", "add", "ana", "--name", "ci", "--expires", "7x" },
		    1, NULL, .err = "expires" },
		{ { "token", "add", "ana", "--name", "ci", "--scope",
		      "approve" },
		    1, NULL, .err = "approve" },
		{ { "token", "add", "ana", "--name", "ci", "--scope", "read" },
		    0, "\n", .err = NULL },
		{ { "token", "list" }, 0, "ana\tci\t", .err = NULL },
		{ { "token", "list", "bo" }, 0, NULL, .err = NULL },
		{ { "token", "list", "ana" }, 0, "\tread\t", .err = NULL },
		{ { "token", "revoke", "ana", "--name", "ci" }, 0, NULL,
		    .err = NULL },
		{ { "token", "revoke", "ana", "--name", "ci" }, 1, NULL,
		    .err = "ana" },
		{ { "secret", "set", "db" }, 1, NULL,
		    .err = "start the console", .input = "hunter2\n" },
		{ { "secret", "delete", "db" }, 1, NULL, .err = "secret" },
		{ { "secret", "list" }, 0, NULL, .err = NULL },
		{ { "verify" }, 0, "all as recorded", .err = NULL },
	};

	(void)state;
	CHECK_ROWS(rows);
}

static int
end(void **state)
{
	forget_printed();
	return data_end(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define ONE(test) cmocka_unit_test_setup_teardown(test, data_begin, end)
		ONE(help_is_an_answer_and_wrong_usage_is_not),
		ONE(each_command_has_its_arguments),
		ONE(what_is_not_there_is_a_no),
		ONE(accounts_tokens_and_secrets_from_the_command_line),
	};

	return cmocka_run_group_tests_name("cli/arguments", tests, NULL, NULL);
}
