/* host_key_scan.h: reads the host key of a machine. */
#ifndef EXECUTOR_SSH_HOST_KEY_SCAN_H
#define EXECUTOR_SSH_HOST_KEY_SCAN_H

/*
 * Reads an ssh target of a job spec from standard input; prints {"host_key":
 * "TYPE BASE64"} or {"error": sentence}.  It logs in to jump hosts, whose keys
 * must be pinned, and not to the target.  Returns the exit code.
 */
int scan_host_key(void);

#endif
