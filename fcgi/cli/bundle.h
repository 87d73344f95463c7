/*
 * bundle.h: an exported report (GET /runs/ID/report.json), checked offline.
 */
#ifndef CLI_BUNDLE_H
#define CLI_BUNDLE_H

/* Prints what is wrong and the head of the chain; an exit code of cli.h. */
int	bundle_verify(const char *path);

#endif
