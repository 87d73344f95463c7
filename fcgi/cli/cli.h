/* cli.h: declarations shared by the commands of `countersign`. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <getopt.h>
#include <json-c/json.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

/* Exit codes: yes, no, usage error. */
enum { CLI_YES = 0, CLI_NO = 1, CLI_USAGE = 2 };

/* The options of all commands; each uses those that it needs. */
struct cli {
	const char *data;
	const char *runbooks;
	const char *roles;
	const char *name;
	const char *scope;   /* of a token, with commas */
	const char *expires; /* a duration */
	const char *host;
	const char *port;
	const char *tls_cert; /* NULL: no TLS */
	const char *tls_key;
	const char *output;
	const char *environment;
	bool force;
	const char *output_limit; /* MB */
	bool password_stdin;
	bool value_stdin;
	int argc; /* operands */
	char **argv;
};

/* The commands, one function each; main.c has the table. */
int cli_serve(struct cli *c);
int cli_check(struct cli *c);
int cli_import(struct cli *c);
int cli_user(struct cli *c);
int cli_token(struct cli *c);
int cli_secret(struct cli *c);
int cli_target(struct cli *c);
int cli_verify(struct cli *c);

/* "countersign: message" to standard error; returns `code`. */
int cli_message(int code, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Asks the running keeper, or one that is started for this call alone. Takes
 * over `body`. True: *ret_result (may be NULL) is a new object; false: the
 * reason has been printed.
 */
bool cli_ask(const struct cli *c, const char *verb, struct json_object *body,
    struct json_object **ret_result);

/*
 * Prints the accounts ("user"), tokens or secrets of the journal, one a line;
 * of that account alone if `of` is not NULL. Returns the exit code.
 */
int cli_list(const struct cli *c, const char *what, const char *of);

/* The folder of the running program; the caller frees it. */
char *cli_program_folder(void);

/* Reads one line (a secret) from standard input, without echo on a terminal;
 * `prompt` is shown there.  The caller wipes and frees it. */
char *cli_read_line(const char *prompt);

#endif
