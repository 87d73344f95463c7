/*
 * event_loop.h: waits for events, in the process of one target.
 *
 * All waiting of a target's process is done here, so that during each wait
 * output is flushed, silence reported, and a timeout or cancel request
 * detected.
 */
#ifndef EXECUTOR_EVENT_LOOP_H
#define EXECUTOR_EVENT_LOOP_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "executor/output/output.h"

enum stop {
	STOP_NONE,
	STOP_CANCEL,    /* a person cancelled it */
	STOP_TIMEOUT,   /* its timeout has passed */
	STOP_ABANDONED, /* the parent process is gone */
	STOP__MAX
};

struct event_loop {
	const char *target;
	struct output *output;
	int signals;        /* descriptor of signalfd(2) */
	int64_t deadline;   /* monotonic; 0: none */
	int64_t quiet_ms;   /* 0: silence is not reported */
	int64_t quiet_from; /* start of the current silence */
	bool quiet_noted;
	bool prompt_noted; /* an unclear prompt was reported */
	enum stop stop;    /* the last reason to stop */
	int64_t *beat;     /* set to the time of each wait; or NULL */
};

/*
 * Blocks the signals that end a target, and requests one for the death of the
 * parent process, which must be `parent`.
 */
void loop_init(struct event_loop *loop, int parent);

/* In a child before exec: restores the default signal handling. */
void loop_reset_signals(void);

/* Starts the clocks of silence and timeout. */
void loop_start(struct event_loop *loop, int64_t timeout_ms);

/*
 * Waits until one of the n descriptors (at most 10) is ready as in poll(2), or
 * until `until` (monotonic; 0: no limit).  A reason to stop is returned once,
 * when it occurs.
 */
enum stop loop_poll(
    struct event_loop *loop, struct pollfd *fds, nfds_t n, int64_t until);

#endif
