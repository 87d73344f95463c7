/*
 * peer.h: who is at the other end of a socket of this machine.
 */
#ifndef BASE_PEER_H
#define BASE_PEER_H

#include <stdbool.h>

/* True where it is a process of root or of our own user. */
bool peer_is_ours(int fd);

/*
 * True where it is a program that was started for a step: one of our own
 * user that can gain no rights any more (no_new_privs), which none of the
 * console's programs has given up.
 */
bool peer_is_confined(int fd);

#endif
