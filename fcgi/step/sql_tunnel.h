/*
 * sql_tunnel.h: the way to a database over an SSH target.
 */
#ifndef STEP_SQL_TUNNEL_H
#define STEP_SQL_TUNNEL_H

#include "step/sql_driver.h"

/*
 * Starts a process that takes connections of this user at 127.0.0.1, port
 * s->tunnel_port, over the target's `over` to the target's host and port.
 * Not SQL_OK: why says what to do, but for SQL_STOPPED.
 */
enum sql_end	sql_tunnel_open(struct sql *s);

/* Ends it; nothing where there is none. */
void		sql_tunnel_close(struct sql *s);

#endif
