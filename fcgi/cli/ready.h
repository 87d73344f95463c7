/*
 * ready.h: does the console answer on its port?
 */
#ifndef CLI_READY_H
#define CLI_READY_H

#include <stdbool.h>

/* GET /healthz on loopback answers 200. */
bool	ready_page(const char *port);

/* Something listens on that port of loopback already. */
bool	ready_taken(const char *port);

#endif
