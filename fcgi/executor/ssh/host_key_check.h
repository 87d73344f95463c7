/* host_key_check.h: the host key of a session. */
#ifndef EXECUTOR_SSH_HOST_KEY_CHECK_H
#define EXECUTOR_SSH_HOST_KEY_CHECK_H

#include "executor/ssh/libssh2.h"

/*
 * Negotiates, with the pinned type of host key alone, and compares the key.
 * Fills why unless it returns SSH_OK or SSH_STOPPED.
 */
enum ssh_result ssh_handshake(struct ssh *s, struct buf *why);

/*
 * The same for the key, whichever it is: of the pinned type where the host has
 * one of it.
 */
enum ssh_result ssh_show_key(
    struct ssh *s, struct buf *ret_blob, struct buf *why);

#endif
