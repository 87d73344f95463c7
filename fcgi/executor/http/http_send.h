/*
 * http_send.h: one request of an http step and its answer.
 */
#ifndef EXECUTOR_HTTP_HTTP_SEND_H
#define EXECUTOR_HTTP_HTTP_SEND_H

#include <curl/curl.h>
#include <stdbool.h>

#include "base/buf.h"
#include "executor/actions/act.h"
#include "executor/http/act_http.h"
#include "executor/http/http_body.h"
#include "executor/ssh/tunnel.h"

#define EXCHANGE_BODY \
	(16 * 1024 * 1024) /* most, unpacked; of \
			    * what is kept, that \
			    * limit */
#define EXCHANGE_HEAD (256 * 1024)
#define EXCHANGE_CONNECT 30L /* seconds */
#define EXCHANGE_IDLE 30L    /* of TCP alone: then it is asked whether */
#define EXCHANGE_AGAIN 10L   /* the machine is there */

struct exchange {
	struct job *job;
	const struct http_request *request;
	struct payload *payload; /* its body */
	size_t most;             /* of the answer */
	CURL *curl;
	struct curl_slist *headers;
	struct tunnel *tunnel;    /* port 0: none */
	struct curl_slist *local; /* where it leads from */
	struct arena *arena;      /* the caller's */
	bool stranger;            /* gets no credentials */
	char error[CURL_ERROR_SIZE];
	struct buf head; /* of the answer */
	struct buf body;
	bool sent; /* some of the request */
	bool too_long;
	bool refused_address;
};

/*
 * Prepares `job`, `request`, `payload`, `arena` and `stranger`, which are set
 * in *x, as the number-th of the step.  False: it cannot be sent, and the job
 * says why.  The caller releases with exchange_close() in either case.
 */
bool exchange_open(struct exchange *x, size_t number);

/*
 * Sends and receives.  True: it has ended, with *ret.  False: it was stopped
 * for job->stop.  What came is in head and body either way.
 */
bool exchange_run(struct exchange *x, CURLcode *ret);

void exchange_close(struct exchange *x);

/*
 * The way over the SSH target that `over` of the job's target names; true
 * where it names none.  False: the job has ended, as it could not be made.
 * To be closed with tunnel_close().
 */
bool http_tunnel_open(struct job *job, struct tunnel *ret);

#endif
