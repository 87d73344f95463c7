/*
 * status_lines.h: passes the status lines of executors on to the keeper.
 */
#ifndef RUNNER_STATUS_LINES_H
#define RUNNER_STATUS_LINES_H

#include <stdbool.h>

struct buf;
struct exec;
struct runner;

/* Appends what the status has since the last line, at most some 1 MB of it. */
void lines_read(struct runner *r, const struct exec *e, struct buf *ret);

/*
 * Passes all complete lines of its status on. True: the keeper has accepted the
 * final one.  Nothing is passed after a final line that it refused.
 */
bool lines_pass(struct runner *r, struct exec *e);

#endif
