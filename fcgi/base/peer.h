/* peer.h: identifies the peer of a local socket. */
#ifndef BASE_PEER_H
#define BASE_PEER_H

#include <stdbool.h>

/* True if the peer is a process of root or of our own user. */
bool peer_is_ours(int fd);

/*
 * True if the peer was started for a step: a process of our own user with
 * no_new_privs, which none of the console's programs sets.
 */
bool peer_is_confined(int fd);

#endif
