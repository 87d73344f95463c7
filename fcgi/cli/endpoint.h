/* endpoint.h: the address, port and certificate of the console. */
#ifndef CLI_ENDPOINT_H
#define CLI_ENDPOINT_H

#include <stdbool.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "cli/cli.h"

/*
 * The socket address of --host and --port; false if the host is not an address
 * or the port is not one.
 */
bool endpoint_address(
    const struct cli *c, struct sockaddr_storage *ret_sa, socklen_t *ret_len);

/*
 * Checks --host, --port, --tls-cert and --tls-key before anything starts:
 * CLI_YES, or CLI_USAGE after printing the error. Warns of passwords that would
 * cross a network in the clear.
 */
int endpoint_check(const struct cli *c);

/*
 * Appends the argument of nginx's listen directive; returns the text of `out`.
 */
const char *endpoint_put_listen(const struct cli *c, struct buf *out);

/*
 * Appends nginx's directives for the certificate, none without one; returns the
 * text of `out`.
 */
const char *endpoint_put_tls(const struct cli *c, struct buf *out);

/*
 * Prints the link for the first admin (if `key` is not empty) and, as the last
 * line, the console's address.
 */
void endpoint_announce(const struct cli *c, const char *key);

#endif
