/*
 * event_loop.h: waiting, in the process of one target.
 *
 * Whatever a target's process waits for, it waits here, so that output is
 * flushed, silence noted, and an end by timeout or by a person noticed,
 * whatever it is doing.
 */
#ifndef EXECUTOR_EVENT_LOOP_H
#define EXECUTOR_EVENT_LOOP_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "executor/output/output.h"

enum stop {
	STOP_NONE,
	STOP_CANCEL,    /* a person wants it to end */
	STOP_TIMEOUT,   /* its time is over */
	STOP_ABANDONED, /* the process that started us is gone */
	STOP__MAX
};

struct event_loop {
	const char *target;
	struct output *output;
	int signals;        /* descriptor of signalfd(2) */
	int64_t deadline;   /* monotonic; 0: none */
	int64_t quiet_ms;   /* 0: not asked for */
	int64_t quiet_from; /* what silence is counted from */
	bool quiet_noted;
	bool prompt_noted; /* one that is not clear */
	enum stop stop;    /* the last reason to stop */
	int64_t *beat;     /* set at each wait to when that was; or NULL */
};

/*
 * Blocks the signals that end a target, and asks for one when the parent
 * process, which must be `parent`, dies.
 */
void loop_init(struct event_loop *w, int parent);

/* In a child before exec: signals as a program expects them. */
void loop_reset_signals(void);

/* Silence and time count from now on. */
void loop_start(struct event_loop *w, int64_t timeout_ms);

/*
 * Waits until one of the n descriptors (at most 10) is ready as poll(2) says,
 * or until `until` (monotonic; 0: no limit).  A reason to stop is returned
 * once, when it comes up.
 */
enum stop loop_poll(
    struct event_loop *w, struct pollfd *fds, nfds_t n, int64_t until);

#endif
