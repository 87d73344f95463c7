/*
 * ready.h: the console's port.
 */
#ifndef CLI_READY_H
#define CLI_READY_H

#include <stdbool.h>

struct cli;

/* A socket that listens on --host and --port, or -1 and errno. */
int ready_listen(const struct cli *c);

/* GET /healthz answers 200; with TLS, that page needs none. */
bool ready_page(const struct cli *c);

#endif
