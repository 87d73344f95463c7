/*
 * countersign: the command line.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/catalogue.h"
#include "base/log.h"
#include "base/message.h"
#include "cli/cli.h"
#include "cli/serve.h"
#include "cli/documents.h"
#include "cli/people.h"
#include "cli/target.h"
#include "cli/verify/verify.h"

/* clang-format off */
static const struct {
	const char	*name;
	int		(*run)(struct cli *);
	const char	*help;
} commands[] = {
	{ "serve", cli_serve, MESSAGE("cli_help_serve") },
	{ "check", cli_check, MESSAGE("cli_help_check") },
	{ "import", cli_import, MESSAGE("cli_help_import") },
	{ "user", cli_user, MESSAGE("cli_help_user") },
	{ "token", cli_token, MESSAGE("cli_help_token") },
	{ "secret", cli_secret, MESSAGE("cli_help_secret") },
	{ "target", cli_target, MESSAGE("cli_help_target") },
	{ "verify", cli_verify, MESSAGE("cli_help_verify") },
};
/* clang-format on */

#define COUNTERSIGN_VERSION "0.3"
#define COUNT (sizeof(commands) / sizeof(commands[0]))

static int
usage(FILE *to, int code)
{
	fputs(catalogue_local(MESSAGE("cli_help")), to);
	for (size_t i = 0; i < COUNT; i++)
		fputs(catalogue_local(commands[i].help), to);
	return code;
}

#define OPTION_TEXT(member) required_argument, offsetof(struct cli, member)
#define OPTION_FLAG(member) no_argument, offsetof(struct cli, member)

/* clang-format off */
static const struct {
	const char	*name;
	int		 argument;	/* getopt's; without one it is a flag */
	size_t		 member;	/* of struct cli */
} options[] = {
	{ "data",		OPTION_TEXT(data) },
	{ "runbooks",		OPTION_TEXT(runbooks) },
	{ "roles",		OPTION_TEXT(roles) },
	{ "name",		OPTION_TEXT(name) },
	{ "scope",		OPTION_TEXT(scope) },
	{ "expires",		OPTION_TEXT(expires) },
	{ "port",		OPTION_TEXT(port) },
	{ "host",		OPTION_TEXT(host) },
	{ "tls-cert",		OPTION_TEXT(tls_cert) },
	{ "tls-key",		OPTION_TEXT(tls_key) },
	{ "output",		OPTION_TEXT(output) },
	{ "output-limit",	OPTION_TEXT(output_limit) },
	{ "environment",	OPTION_TEXT(environment) },
	{ "head",		OPTION_TEXT(head) },
	{ "key",		OPTION_TEXT(key) },
	{ "password-stdin",	OPTION_FLAG(password_stdin) },
	{ "value-stdin",	OPTION_FLAG(value_stdin) },
	{ "force",		OPTION_FLAG(force) },
};
/* clang-format on */

#define OPTIONS (sizeof(options) / sizeof(options[0]))
#define FIRST_OPTION 256 /* above all letters */

static void
set_option(struct cli *c, size_t option)
{
	char *member = (char *)c + options[option].member;

	if (options[option].argument == required_argument)
		*(const char **)(void *)member = optarg;
	else
		*(bool *)(void *)member = true;
}

/*
 * Fills in the options; the operands remain in c->argv.  Returns 0, 'h' for
 * --help, or '?'.
 */
static int
read_options(int argc, char **argv, struct cli *c)
{
	struct option names[OPTIONS + 2] = { 0 };
	int o;

	for (size_t i = 0; i < OPTIONS; i++) {
		names[i].name = options[i].name;
		names[i].has_arg = options[i].argument;
		names[i].val = FIRST_OPTION + (int)i;
	}
	names[OPTIONS] = (struct option){ "help", no_argument, NULL, 'h' };
	while ((o = getopt_long(argc, argv, "h", names, NULL)) != -1) {
		if (o < FIRST_OPTION)
			return o;
		set_option(c, (size_t)(o - FIRST_OPTION));
	}
	c->argc = argc - optind;
	c->argv = argv + optind;
	return 0;
}

int
main(int argc, char **argv)
{
	struct cli c = { .data = "data",
		.runbooks = "runbooks",
		.host = "127.0.0.1",
		.port = "8080" };
	int wrong;

	log_open("countersign");
	if (argc < 2)
		return usage(stderr, CLI_USAGE);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)
		return usage(stdout, CLI_YES);
	if (strcmp(argv[1], "--version") == 0) {
		puts("countersign " COUNTERSIGN_VERSION);
		return CLI_YES;
	}
	for (size_t i = 0; i < COUNT; i++) {
		if (strcmp(commands[i].name, argv[1]) != 0)
			continue;
		if ((wrong = read_options(argc - 1, argv + 1, &c)) != 0) {
			fputs(catalogue_local(commands[i].help),
			    wrong == 'h' ? stdout : stderr);
			return wrong == 'h' ? CLI_YES : CLI_USAGE;
		}
		wrong = commands[i].run(&c);
		if (fflush(stdout) != 0 || ferror(stdout) != 0)
			wrong = cli_message(CLI_NO, "cli_not_printed");
		if (wrong == CLI_USAGE)
			fputs(catalogue_local(commands[i].help), stderr);
		return wrong;
	}
	cli_message(CLI_USAGE, "cli_no_command name=%s", argv[1]);
	return usage(stderr, CLI_USAGE);
}
