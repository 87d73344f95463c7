/*
 * people.h: users, tokens and secrets from the command line.
 */
#ifndef CLI_PEOPLE_H
#define CLI_PEOPLE_H

struct cli;

/* countersign user, token and secret. */
int cli_user(struct cli *c);
int cli_token(struct cli *c);
int cli_secret(struct cli *c);

#endif
