/*
 * http_send.h: one request of an http step and its answer.
 */
#ifndef EXECUTOR_HTTP_HTTP_SEND_H
#define EXECUTOR_HTTP_HTTP_SEND_H

#include <curl/curl.h>
#include <stdbool.h>

#include "base/buf.h"
#include "executor/actions/act.h"
#include "executor/http/http_body.h"
#include "executor/ssh/tunnel.h"

/* Limit of the decompressed body, unless it is saved as an artifact. */
#define EXCHANGE_BODY (16 * 1024 * 1024)
#define EXCHANGE_HEAD (256 * 1024)
#define EXCHANGE_CONNECT 30L /* seconds */
#define EXCHANGE_IDLE 30L    /* of TCP alone: then keepalive probes start */
#define EXCHANGE_AGAIN 10L   /* probe interval */

struct exchange {
	struct job *job;
	const struct http_request *request;
	struct payload *payload; /* its body */
	size_t most;             /* limit of the answer's size */
	CURL *curl;
	struct curl_slist *headers;
	struct tunnel *tunnel;         /* port 0: none */
	struct curl_slist *connect_to; /* its redirection for curl */
	struct arena *arena;           /* owned by the caller */
	bool stranger;                 /* gets no credentials */
	char error[CURL_ERROR_SIZE];
	struct buf head; /* of the answer */
	struct buf body;
	bool sent; /* part of the request was sent */
	bool too_long;
	bool refused_address;
};

/*
 * Prepares `job`, `request`, `payload`, `arena` and `stranger`, which are set
 * in *x, as the number-th request of the step.  False: it cannot be sent, and
 * the job's ending is set.  The caller calls exchange_close() in either case.
 */
bool exchange_open(struct exchange *x, size_t number);

/*
 * Sends and receives.  True: it has ended, with *ret.  False: it was stopped
 * because of job->stop.  Received data is in head and body either way.
 */
bool exchange_run(struct exchange *x, CURLcode *ret);

void exchange_close(struct exchange *x);

/*
 * Opens the tunnel over the SSH target that `over` of the job's target names;
 * true if it names none.  False: it failed, and the job's ending is set.  Close
 * it with tunnel_close().
 */
bool http_tunnel_open(struct job *job, struct tunnel *ret);

#endif
