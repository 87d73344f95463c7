/*
 * loop.h: the keeper's event loop.
 */
#ifndef KEEPER_LOOP_H
#define KEEPER_LOOP_H

struct keeper;

/* Serves until SIGTERM; the three listening sockets are open. */
void loop_run(struct keeper *k, int web_fd, int local_fd, int runner_fd);

/* Serves one connection on standard input until its end. */
void loop_run_stdio(struct keeper *k);

#endif
