/*
 * countersign: the command line.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
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
	{ "serve", cli_serve,
	  "countersign serve [--data DIR] [--runbooks DIR] [--port N]\n"
	  "\t[--host ADDRESS] [--tls-cert FILE --tls-key FILE]\n"
	  "\t[--output-limit MB]\n"
	  "\tStarts the console, nginx included, in the foreground.  Of an output\n"
	  "\tthe middle is left out where it is longer than 64 MB on one target.\n" },
	{ "check", cli_check,
	  "countersign check [--runbooks DIR] [FILE...]\n"
	  "\tReads runbooks (all of DIR where no FILE is given) and targets.yml\n"
	  "\tas a compiler does: file:line:column: error: what to do.\n" },
	{ "import", cli_import,
	  "countersign import FILE [--output FILE]\n"
	  "\tTurns a document into a runbook; loses nothing of it.  What is\n"
	  "\tnot Markdown (.rst, .docx, .html and others) pandoc reads.\n" },
	{ "user", cli_user,
	  "countersign user add NAME [--roles A,B] [--password-stdin]\n"
	  "countersign user roles NAME --roles A,B\n"
	  "countersign user password NAME [--password-stdin]\n"
	  "\tAlso for the only admin who forgot it: it works on the machine alone and\n"
	  "\tis on record.  Ends all sessions and tokens of the account.\n"
	  "countersign user disable|enable NAME\n"
	  "countersign user list\n"
	  "\tname, roles, state, when and by whom it was made, between tabs.\n" },
	{ "token", cli_token,
	  "countersign token add USER --name NAME [--scope read,run]\n"
	  "\t[--expires 90d]\n"
	  "\tPrints the token once.  read looks, run gives commands; approve, which\n"
	  "\tapproves and signs, is given by the owner alone, on the page API tokens.\n"
	  "countersign token revoke USER --name NAME\n"
	  "countersign token list [USER]\n"
	  "\taccount, name, when and by whom it was made, scopes, when it expires,\n"
	  "\tbetween tabs.\n" },
	{ "secret", cli_secret,
	  "countersign secret set NAME [--value-stdin]\n"
	  "countersign secret delete NAME [--force]\n"
	  "countersign secret list\n"
	  "\tSealed to the runner; never shown again.  One that targets.yml uses\n"
	  "\tis only deleted with --force.\n" },
	{ "target", cli_target,
	  "countersign target list [--environment E]\n"
	  "countersign target show NAME [--environment E]\n"
	  "countersign target scan NAME --environment E\n"
	  "\tShows the host key of an ssh target as the machine shows it now, over\n"
	  "\tits jump hosts, and whether it is the one that is pinned.\n" },
	{ "verify", cli_verify,
	  "countersign verify [--data DIR]\n"
	  "\tRecomputes chains, projections, outputs and ledger signatures.\n"
	  "countersign verify REPORT.json...\n"
	  "\tMakes exported reports again from their events, away from the console.\n" },
};
/* clang-format on */

#define COUNTERSIGN_VERSION "0.3"
#define COUNT (sizeof(commands) / sizeof(commands[0]))

static int
usage(FILE *to, int code)
{
	fputs("countersign COMMAND [--help], or --version; the options --data "
	      "DIR (data) and\n--runbooks DIR (runbooks) are understood "
	      "everywhere.\n\n",
	    to);
	for (size_t i = 0; i < COUNT; i++)
		fputs(commands[i].help, to);
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
		.port = "8080",
		.output_limit = "64" };
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
			fputs(commands[i].help, wrong == 'h' ? stdout : stderr);
			return wrong == 'h' ? CLI_YES : CLI_USAGE;
		}
		wrong = commands[i].run(&c);
		if (wrong == CLI_USAGE)
			fputs(commands[i].help, stderr);
		return wrong;
	}
	cli_message(CLI_USAGE, "there is no command \"%s\"", argv[1]);
	return usage(stderr, CLI_USAGE);
}
