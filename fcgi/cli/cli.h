/* cli.h: declarations shared by the commands of `countersign`. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

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
	const char *head; /* of the ledger, or a file of heads */
	const char *key;  /* public key of the ledger, or its file */
	bool force;
	const char *output_limit; /* MB; NULL: EXEC_OUTPUT_LIMIT */
	bool password_stdin;
	bool value_stdin;
	int argc; /* operands */
	char **argv;
};

/*
 * Messages as message_put() takes them, in the language of the locale.
 *
 * cli_message() prints "countersign: message" to standard error and returns
 * `code`, cli_print() a line to standard output, cli_wrong() "WRONG: message"
 * to standard output, and counts it.
 */
int cli_message(int code, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void cli_print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void cli_wrong(int *count, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
