/*
 * target.h: lists the targets of targets.yml, and checks whether a machine
 * still has its recorded host key.
 */
#ifndef CLI_TARGET_H
#define CLI_TARGET_H

struct cli;

/* countersign target: check, and add. */
int cli_target(struct cli *c);

#endif
