/*
 * host_key_scan.h: the host key that a machine shows.
 */
#ifndef EXECUTOR_SSH_HOST_KEY_SCAN_H
#define EXECUTOR_SSH_HOST_KEY_SCAN_H

/*
 * Reads an ssh target, as an order has it, from standard input; prints
 * {"host_key": "TYPE BASE64"} or {"error": sentence}.  It logs in to jump
 * hosts, whose keys must be pinned, and not to the target.  The exit code.
 */
int scan_host_key(void);

#endif
