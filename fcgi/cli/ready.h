/*
 * ready.h: the console's port.
 */
#ifndef CLI_READY_H
#define CLI_READY_H

#include <stdbool.h>

/* A socket that listens on that port of loopback, or -1 and errno. */
int	ready_listen(const char *port);

/* GET /healthz on loopback answers 200. */
bool	ready_page(const char *port);

#endif
