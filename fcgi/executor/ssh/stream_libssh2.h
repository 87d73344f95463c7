/* stream_libssh2.h: streams of the libssh2 client. */
#ifndef EXECUTOR_SSH_STREAM_LIBSSH2_H
#define EXECUTOR_SSH_STREAM_LIBSSH2_H

#include "executor/ssh/libssh2.h"

/* See struct ssh_client. */
enum ssh_result ssh_stream_open(struct ssh_conn *l, const char *what,
    bool subsystem, struct stream **ret, struct buf *why);

#endif
