/*
 * tty_relay.h: passes terminal input to the executor and reports to the keeper
 * how much of it has arrived.
 */
#ifndef RUNNER_TTY_RELAY_H
#define RUNNER_TTY_RELAY_H

#include "runner/runner.h"

struct pollfd;

/*
 * Passes a pushed frame with terminal input (wire/tty_message.h) to the
 * executor.  If the executor does not accept it now, it is dropped without its
 * content in the log; the page sends it again.
 */
void tty_relay_pass(struct runner *r, const char *body);

/*
 * Adds one pollfd per terminal; then reports to the keeper how many bytes of
 * input the executors have accepted.
 */
void tty_relay_fds(const struct runner *r, struct pollfd fds[TERMINALS]);
void tty_relay_report(struct runner *r, const struct pollfd fds[TERMINALS]);
void tty_relay_close(struct runner *r);

#endif
