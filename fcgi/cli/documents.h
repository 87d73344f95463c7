/*
 * documents.h: check and import.
 */
#ifndef CLI_DOCUMENTS_H
#define CLI_DOCUMENTS_H

struct cli;

/* countersign check and countersign import. */
int cli_check(struct cli *c);
int cli_import(struct cli *c);

#endif
