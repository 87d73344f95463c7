/*
 * list.h: lists accounts, tokens and secrets from the journal.
 */
#ifndef CLI_LIST_H
#define CLI_LIST_H

struct cli;

/*
 * Prints the accounts ("user"), tokens or secrets of the journal, one a line;
 * of that account alone if `of` is not NULL. Returns the exit code.
 */
int cli_list(const struct cli *c, const char *what, const char *of);

#endif
