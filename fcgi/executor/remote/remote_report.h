/*
 * remote_report.h: reads the control lines of remote.c's programs, and
 * separates them from the output of the script and the host.
 */
#ifndef EXECUTOR_REMOTE_REMOTE_REPORT_H
#define EXECUTOR_REMOTE_REMOTE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum report_state {
	REPORT_NOTHING,
	REPORT_REFUSED,
	REPORT_EXIT,
	REPORT_ENDED,
	REPORT_ALIVE,
	REPORT_LOST
};

struct report {
	const char *nonce; /* 32 characters */
	void *ctx;         /* for the functions */
	void (*on_started)(void *ctx);
	void (*on_output)(void *ctx, const char *data, size_t len);
	void (*on_accepted)(void *ctx, int64_t count);
	/* about the script */
	bool started;     /* confirmed */
	int64_t received; /* bytes of its output */
	/* about the present call */
	enum report_state state;
	int code;         /* REPORT_EXIT */
	int64_t size;     /* REPORT_EXIT, REPORT_ENDED */
	bool open;        /* REPORT_EXIT: output is held open */
	struct buf word;  /* REPORT_REFUSED, REPORT_LOST */
	int status;       /* exit status of the call */
	struct buf noise; /* other output of the host, 2 KB */
	/* internal */
	bool marked;
	struct buf lead; /* standard output before the mark */
	struct buf line; /* of standard error, unfinished */
};

void report_reset(struct report *r); /* for another script */
void report_begin(struct report *r); /* for another call */
void report_clear(struct report *r);

/* Read data that arrived; `ctx` is the report (see struct ssh_call). */
void report_out(void *ctx, const char *data, size_t len);
void report_err(void *ctx, const char *data, size_t len);

#endif
