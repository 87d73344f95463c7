/*
 * countersign: the command line.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cli/cli.h"

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

int
cli_message(int code, const char *fmt, ...)
{
	va_list ap;

	fputs("countersign: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return code;
}

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

/* Fills in the options; the operands remain in c->argv. */
static int
read_options(int argc, char **argv, struct cli *c)
{
	static const struct option names[] = {
		{ "data", required_argument, NULL, 'd' },
		{ "runbooks", required_argument, NULL, 'b' },
		{ "roles", required_argument, NULL, 'r' },
		{ "name", required_argument, NULL, 'n' },
		{ "scope", required_argument, NULL, 's' },
		{ "expires", required_argument, NULL, 'x' },
		{ "port", required_argument, NULL, 'p' },
		{ "host", required_argument, NULL, 'H' },
		{ "tls-cert", required_argument, NULL, 'C' },
		{ "tls-key", required_argument, NULL, 'K' },
		{ "output", required_argument, NULL, 'o' },
		{ "output-limit", required_argument, NULL, 'l' },
		{ "password-stdin", no_argument, NULL, 'w' },
		{ "value-stdin", no_argument, NULL, 'v' },
		{ "environment", required_argument, NULL, 'e' },
		{ "force", no_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int o;

	while ((o = getopt_long(argc, argv, "h", names, NULL)) != -1)
		switch (o) {
		case 'd':
			c->data = optarg;
			break;
		case 'b':
			c->runbooks = optarg;
			break;
		case 'r':
			c->roles = optarg;
			break;
		case 'n':
			c->name = optarg;
			break;
		case 's':
			c->scope = optarg;
			break;
		case 'x':
			c->expires = optarg;
			break;
		case 'p':
			c->port = optarg;
			break;
		case 'H':
			c->host = optarg;
			break;
		case 'C':
			c->tls_cert = optarg;
			break;
		case 'K':
			c->tls_key = optarg;
			break;
		case 'o':
			c->output = optarg;
			break;
		case 'l':
			c->output_limit = optarg;
			break;
		case 'w':
			c->password_stdin = true;
			break;
		case 'v':
			c->value_stdin = true;
			break;
		case 'e':
			c->environment = optarg;
			break;
		case 'f':
			c->force = true;
			break;
		default:
			return o;
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
