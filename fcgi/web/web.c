/*
 * web.c: a worker serves one request after the other, over FastCGI.
 *
 * Only this file uses the FastCGI library, by its FCGX_*_r functions: the other
 * interface of that library puts request headers into the environment of the
 * process.  Memory is reused between requests.
 */
#include <errno.h>
#include <fcgiapp.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/log.h"
#include "base/terminate.h"
#include "base/text.h"
#include "web/views/runbook_cache.h"
#include "web/http/keeper_client.h"
#include "web/http/read_limit.h"
#include "web/card/fragments.h"
#include "web/http/route.h"

#define LARGE 8000
#define RECORD_BYTES 65528              /* the most that a record holds */
#define HEAD_BYTES 8                    /* of a record */
#define STREAM_BYTES (4 * RECORD_BYTES) /* that are sent together */
#define FCGI_STDOUT_TYPE 6
#define KEEP_BYTES (1024 * 1024) /* of a buffer between requests */

struct worker {
	struct web *web;
	struct arena *arena;
	struct buf body; /* of the request */
	struct buf out;
	struct reply reply;
	FCGX_Request *fcgi; /* the present one, and its method */
	enum method method;
};

void
web_begin_reading(struct web *web)
{
	if (web->db == NULL && db_open(web->data, DB_WEB, &web->db) == ERR_OK)
		read_limit_watch(web->limit, web->db);
	if (web->db != NULL)
		(void)db_begin(web->db);
}

enum err
web_end_reading(struct web *web)
{
	enum err err = ERR_OK;

	if (web->db != NULL && db_is_within(web->db))
		err = db_end(web->db, ERR_OK);
	if (err != ERR_OK) {
		db_close(web->db); /* the next request opens it */
		web->db = NULL;
	}
	return err;
}

/* False if the body is too large. */
static bool
read_body(struct worker *w, FCGX_Request *fcgi)
{
	int n;

	buf_reset(&w->body);
	while (w->body.len <= REQUEST_MAX_READ) {
		n = FCGX_GetStr(buf_reserve(&w->body, 16384), 16384, fcgi->in);
		if (n <= 0)
			return true;
		w->body.len += (size_t)n;
	}
	return false;
}

/*
 * The library writes 8 KB at a time, and wakes nginx for each. A larger page is
 * sent as whole FastCGI records, the header of each overwriting bytes that are
 * sent already; the library still ends the request.  False: nginx has gone.
 */
static bool
send_large(struct buf *out, FCGX_Request *fcgi)
{
	for (size_t at = HEAD_BYTES; at < out->len; at += RECORD_BYTES) {
		size_t len = out->len - at < RECORD_BYTES ? out->len - at
							  : RECORD_BYTES;
		const char head[HEAD_BYTES] = { 1, FCGI_STDOUT_TYPE,
			(char)(fcgi->requestId >> 8), (char)fcgi->requestId,
			(char)(len >> 8), (char)len, 0, 0 };

		memcpy(out->data + at - HEAD_BYTES, head, HEAD_BYTES);
		if (io_write_all(fcgi->ipcFd, out->data + at - HEAD_BYTES,
			HEAD_BYTES + len) != 0)
			return false;
	}
	return true;
}

static bool
send_more(void *ctx, const char *data, size_t len)
{
	struct worker *w = ctx;
	bool sent = true;

	buf_put(&w->out, data, len);
	if (w->out.len >= STREAM_BYTES) {
		sent = send_large(&w->out, w->fcgi);
		w->out.len = HEAD_BYTES;
	}
	return sent;
}

/*
 * Sends a stream, behind its headers.  If something of it cannot be read, the
 * answer is shorter than its Content-Length, and nginx ends the connection.
 */
static void
send_stream(struct worker *w)
{
	const struct reply *reply = &w->reply;

	if (reply->stream_len != 0)
		reply->stream.send(reply->stream.ctx, reply->stream_from,
		    reply->stream_len, send_more, w);
	(void)send_large(&w->out, w->fcgi);
}

/*
 * Begins what the request may take.  False: nobody waits for its answer; but a
 * change is made for a client that has gone as well.
 */
static bool
begin_request(struct worker *w, FCGX_Request *fcgi)
{
	const char *method = FCGX_GetParam("REQUEST_METHOD", fcgi->envp);
	bool reads = text_eq(method, "GET") || text_eq(method, "HEAD");

	read_limit_begin(w->web->limit, reads ? fcgi->ipcFd : -1);
	return !read_limit_is_gone(w->web->limit);
}

/* Sends `out`, which begins with room for the header of a record. */
static void
send_out(struct worker *w)
{
	if (w->out.len > LARGE)
		(void)send_large(&w->out, w->fcgi);
	else
		FCGX_PutStr(w->out.data + HEAD_BYTES,
		    (int)(w->out.len - HEAD_BYTES), w->fcgi->out);
	buf_reset(&w->out);
}

static void
begin_out(struct worker *w)
{
	buf_put(&w->out, (const char[HEAD_BYTES]){ 0 }, HEAD_BYTES);
}

/* A part of an export; always large (reply.send). */
static void
send_part(void *ctx, struct reply *reply)
{
	struct worker *w = ctx;

	begin_out(w);
	reply_part(reply, w->method, &w->out);
	send_out(w);
}

static void
answer(struct worker *w, FCGX_Request *fcgi)
{
	struct req req;
	bool whole = read_body(w, fcgi);
	enum err err;

	if (!begin_request(w, fcgi))
		return;
	err = request_init(&req, w->web, w->arena, fcgi->envp,
	    buf_text(&w->body), whole ? w->body.len : REQUEST_MAX_READ + 1);
	w->fcgi = fcgi;
	w->method = req.method;
	if (err != ERR_OK)
		reply_fault(&req, &w->reply, err);
	else
		route_dispatch(&req, &w->reply);
	if (w->reply.is_broken) {
		FCGX_Free(fcgi, true); /* closes it before its end */
		return;
	}
	begin_out(w);
	reply_finish(&w->reply, req.method, &w->out);
	if (w->reply.stream.send != NULL)
		send_stream(w);
	else
		send_out(w);
	/*
	 * The library would wait for nginx to close, lest unread input makes
	 * the kernel drop our answer; but all input is read.
	 */
	if (whole)
		FCGX_Detach(fcgi);
}

/* Frees the memory of a large page; true if it was one. */
static bool
forget(struct buf *b)
{
	if (b->cap <= KEEP_BYTES) {
		buf_reset(b);
		return false;
	}
	buf_clear(b);
	return true;
}

static void
clean_up(struct worker *w)
{
	bool large;

	arena_reset(w->arena);
	large = forget(&w->body);
	large |= forget(&w->out);
	large |= forget(&w->reply.body);
	reply_reset(&w->reply);
	if (large) /* its model lies between what stays */
		malloc_trim(KEEP_BYTES);
}

/*
 * Keeps the memory that a page needs, model and all, for the next one: malloc
 * would give most of it back to the kernel after each request, and the pages
 * would come in again, one fault each.
 */
static void
keep_memory(void)
{
	mallopt(M_TRIM_THRESHOLD, 4 * KEEP_BYTES);
	mallopt(M_MMAP_THRESHOLD, KEEP_BYTES);
}

void
web_work(struct web *web)
{
	struct worker w = { .web = web, .arena = arena_new() };
	FCGX_Request fcgi;

	keep_memory();
	terminate_catch();
	web->cache = runbook_cache_new();
	web->fragments = fragments_new();
	web->keeper = keeper_client_new(web->data);
	reply_init(&w.reply);
	w.reply.send = send_part;
	w.reply.ctx = &w;
	if (FCGX_Init() != 0 ||
	    FCGX_InitRequest(&fcgi, 0, FCGI_FAIL_ACCEPT_ON_INTR) != 0)
		log_fatal("descriptor 0 is not a FastCGI socket");
	while (!terminate_asked && FCGX_Accept_r(&fcgi) == 0) {
		answer(&w, &fcgi);
		FCGX_Finish_r(&fcgi);
		clean_up(&w);
	}
	FCGX_Free(&fcgi, 1);
	reply_clear(&w.reply);
	buf_clear(&w.body);
	buf_clear(&w.out);
	arena_free(w.arena);
	keeper_client_free(web->keeper);
	fragments_free(web->fragments);
	runbook_cache_free(web->cache);
	json_object_put(web->library);
	db_close(web->db);
	templates_free(web->templates);
	catalogue_free(web->catalogue);
	read_limit_free(web->limit);
}
