/* login.h: logs in to a host. */
#ifndef EXECUTOR_SSH_LOGIN_H
#define EXECUTOR_SSH_LOGIN_H

#include "executor/ssh/libssh2.h"

/* Fills why unless it returns SSH_OK or SSH_STOPPED. */
enum ssh_result ssh_login(struct ssh *s, struct buf *why);

#endif
