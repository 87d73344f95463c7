/* http_server.h: the server of a URL, and the addresses of servers. */
#ifndef EXECUTOR_HTTP_HTTP_SERVER_H
#define EXECUTOR_HTTP_HTTP_SERVER_H

#include <stdbool.h>
#include <sys/socket.h>

/*
 * The server of an absolute URL: its host without brackets, and its port.
 * False: it has none, or libcurl would connect to another one.
 */
bool http_server_of(const char *url, char ret_host[256], int *ret_port);

/* False: steps may not connect to that address. */
bool http_may_connect(const struct sockaddr *address);

#endif
