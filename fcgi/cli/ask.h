/*
 * ask.h: requests of the command line to the keeper, the one writer.
 */
#ifndef CLI_ASK_H
#define CLI_ASK_H

#include <stdbool.h>

struct cli;
struct json_object;

/*
 * Asks the running keeper, or one that is started for this call alone. Takes
 * over `body`. True: *ret_result (may be NULL) is a new object; false: the
 * reason has been printed.
 */
bool cli_ask(const struct cli *c, const char *verb, struct json_object *body,
    struct json_object **ret_result);

/* The folder of the running program; the caller frees it. */
char *cli_program_folder(void);

/* Reads one line (a secret) from standard input, without echo on a terminal;
 * `prompt` is shown there.  The caller wipes and frees it. */
char *cli_read_line(const char *prompt);

#endif
