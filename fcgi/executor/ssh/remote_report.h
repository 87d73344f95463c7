/*
 * remote_report.h: what the texts of remote.h say, told apart from what the
 * script and the host print.
 */
#ifndef EXECUTOR_SSH_REMOTE_REPORT_H
#define EXECUTOR_SSH_REMOTE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum said {
	SAID_NOTHING,
	SAID_REFUSED,
	SAID_EXIT,
	SAID_ENDED,
	SAID_ALIVE,
	SAID_LOST
};

struct report {
	const char *nonce; /* 32 characters */
	void *ctx;         /* of the functions */
	void (*on_started)(void *ctx);
	void (*on_output)(void *ctx, const char *data, size_t len);
	void (*on_typed)(void *ctx, int64_t count);
	/* of the script */
	bool started;     /* confirmed */
	int64_t received; /* bytes of its output */
	/* of the present call */
	enum said said;
	int code;         /* SAID_EXIT */
	int64_t size;     /* SAID_EXIT, SAID_ENDED */
	bool open;        /* SAID_EXIT: output is held open */
	struct buf word;  /* SAID_REFUSED, SAID_LOST */
	int status;       /* exit status of the call */
	struct buf noise; /* what else the host printed, 2 KB */
	/* its own */
	bool marked;
	struct buf lead; /* standard output before the mark */
	struct buf line; /* of standard error, not ended */
};

void report_reset(struct report *r); /* another script */
void report_begin(struct report *r); /* another call */
void report_clear(struct report *r);

/* Take what came; `ctx` is the report (see struct ssh_call). */
void report_out(void *ctx, const char *data, size_t len);
void report_err(void *ctx, const char *data, size_t len);

#endif
