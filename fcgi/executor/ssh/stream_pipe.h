/* stream_pipe.h: streams of the system's ssh, and of sh. */
#ifndef EXECUTOR_SSH_STREAM_PIPE_H
#define EXECUTOR_SSH_STREAM_PIPE_H

#include "executor/ssh/ssh_client.h"

/* See struct ssh_client. */
enum ssh_result pipe_stream_open(struct ssh_conn *l, const char *what,
    bool subsystem, struct stream **ret, struct buf *why);

#endif
