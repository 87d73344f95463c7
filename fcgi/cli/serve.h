/*
 * serve.h: the whole console in the foreground, for one machine.
 */
#ifndef CLI_SERVE_H
#define CLI_SERVE_H

struct cli;

/* countersign serve: main.c has the table of commands. */
int cli_serve(struct cli *c);

#endif
