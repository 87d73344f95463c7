/*
 * renderer.c: the process that renders for the live hub, whose loop must not.
 *
 * It is a worker without FastCGI: a question is the request of a page, by the
 * same route with the same check of who may see it, for the owner of a session
 * or token of which only the hash is known here.  Its pages therefore have no
 * form tokens; the browser has its own (static/js/morph.js).  It remembers the
 * hashes of what each audience has.  If it ends, the hub ends too, and both
 * begin again with the streams.  Rejected: to render in the hub, where all
 * others would wait, and to have the browsers ask for what changed, which costs
 * each of them a round trip and a request.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/terminate.h"
#include "web/http/read_limit.h"
#include "web/http/route.h"
#include "web/live/patch.h"
#include "web/live/renderer.h"
#include "web/card/fragments.h"
#include "web/views/runbook_cache.h"
#include "wire/wire.h"

#define READ_BYTES 65536

/* ---- the process ---- */

struct audience {
	struct audience *next;
	int64_t id;
	struct patch_base base;
};

struct worker {
	struct web *web;
	struct arena *arena;
	struct reply reply;
	struct audience *audiences;
	struct buf in;
	struct buf json;
	struct buf out;
};

/* The place of the audience in the list, or its end. */
static struct audience **
find(struct worker *w, int64_t id)
{
	struct audience **at = &w->audiences;

	while (*at != NULL && (*at)->id != id)
		at = &(*at)->next;
	return at;
}

static void
forget(struct audience **at)
{
	struct audience *a = *at;

	if (a == NULL)
		return;
	*at = a->next;
	patch_base_clear(&a->base);
	free(a);
}

static struct patch_base *
base_of(struct worker *w, int64_t id)
{
	struct audience **at = find(w, id);

	if (*at == NULL) {
		*at = mem_calloc(1, sizeof(**at));
		(*at)->id = id;
	}
	return &(*at)->base;
}

/* As a GET of the page. */
static enum err
render(struct worker *w, const struct wire_call *call, struct run_parts *ret)
{
	char *env[] = { arena_strdup(w->arena, "REQUEST_METHOD=GET"),
		arena_strdup(w->arena, "HTTP_ACCEPT=text/html"),
		arena_printf(w->arena, "REQUEST_URI=/runs/%" PRId64, call->run),
		NULL };
	struct req req;
	enum err err;

	read_limit_begin(w->web->limit, -1);
	err = request_init(&req, w->web, w->arena, env, "", 0);
	if (err != ERR_OK)
		return err;
	req.key = call->credential;
	req.lang = catalogue_language(call->body);
	req.parts = ret;
	route_dispatch(&req, &w->reply);
	if (w->reply.status == 200 && ret->count > 0)
		return ERR_OK;
	return w->reply.status == 303 || w->reply.status == 403 ? ERR_FORBIDDEN
								: ERR_INTERNAL;
}

static void
answer(struct worker *w, const struct wire_call *call)
{
	struct wire_reply reply = { .id = call->id };
	struct run_parts parts = { 0 };

	buf_reset(&w->json);
	if ((reply.err = render(w, call, &parts)) == ERR_OK)
		patch_put(base_of(w, call->id), call->run, &parts, &w->json);
	reply.body = buf_text(&w->json);
	wire_put_reply(&w->out, &reply);
	reply_reset(&w->reply);
	arena_reset(w->arena);
}

/* Answers all complete questions; false: the hub has gone. */
static bool
serve_once(struct worker *w, int fd)
{
	ssize_t n = read(fd, buf_reserve(&w->in, READ_BYTES), READ_BYTES);
	struct wire_call call;
	size_t size;

	if (n <= 0)
		return n < 0 && errno == EINTR;
	w->in.len += (size_t)n;
	while (wire_frame(w->in.data, w->in.len, &size) == 1) {
		if (!wire_get_call(w->in.data, size, &call))
			return false;
		buf_reset(&w->out);
		if (call.run == 0)
			forget(find(w, call.id));
		else
			answer(w, &call);
		if (w->out.len > 0 &&
		    io_write_all(fd, w->out.data, w->out.len) != 0)
			return false;
		buf_consume(&w->in, size);
	}
	return true;
}

static void
serve(struct web *web, int fd)
{
	struct worker w = { .web = web, .arena = arena_new() };

	web->cache = runbook_cache_new();
	web->fragments = fragments_new();
	reply_init(&w.reply);
	while (!terminate_asked && serve_once(&w, fd))
		;
	while (w.audiences != NULL)
		forget(&w.audiences);
	reply_clear(&w.reply);
	buf_clear(&w.in);
	buf_clear(&w.json);
	buf_clear(&w.out);
	arena_free(w.arena);
	db_close(web->db);
	fragments_free(web->fragments);
	runbook_cache_free(web->cache);
	json_object_put(web->library);
	templates_free(web->templates);
	catalogue_free(web->catalogue);
	read_limit_free(web->limit);
}

/* ---- the hub's end ---- */

struct renderer {
	pid_t pid;
	int fd;
	int epoll;
	void *ptr;
	struct buf in;
	struct buf out; /* unsent questions */
};

struct renderer *
renderer_new(struct web *web)
{
	struct renderer *r = mem_calloc(1, sizeof(*r));
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0 ||
	    (r->pid = fork()) < 0)
		log_fatal("cannot start the process that renders");
	if (r->pid == 0) {
		free(r);
		close(ends[0]);
		serve(web, ends[1]);
		exit(0);
	}
	close(ends[1]);
	r->fd = ends[0];
	io_set_nonblocking(r->fd, true);
	return r;
}

void
renderer_free(struct renderer *r)
{
	if (r == NULL)
		return;
	close(r->fd);
	while (waitpid(r->pid, NULL, 0) < 0 && errno == EINTR)
		;
	buf_clear(&r->in);
	buf_clear(&r->out);
	free(r);
}

static int
want(struct renderer *r, int op)
{
	struct epoll_event e = { .events = EPOLLIN |
		    (r->out.len > 0 ? EPOLLOUT : 0),
		.data.ptr = r->ptr };

	return epoll_ctl(r->epoll, op, r->fd, &e);
}

void
renderer_watch(struct renderer *r, int epoll, void *ptr)
{
	r->epoll = epoll;
	r->ptr = ptr;
	if (want(r, EPOLL_CTL_ADD) != 0)
		log_fatal("cannot wait for the process that renders");
}

/* An error shows when the process is read from. */
static void
flush(struct renderer *r)
{
	ssize_t n = send(
	    r->fd, r->out.data, r->out.len, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n > 0)
		buf_consume(&r->out, (size_t)n);
	want(r, EPOLL_CTL_MOD);
}

void
renderer_ask(struct renderer *r, const struct audience_id *who)
{
	const struct wire_call call = { .id = who->id,
		.run = who->run,
		.credential = who->key,
		.body = who->lang };

	wire_put_call(&r->out, &call);
	flush(r);
}

void
renderer_forget(struct renderer *r, int64_t id)
{
	wire_put_call(&r->out, &(struct wire_call){ .id = id });
	flush(r);
}

/* Hands out all complete answers; false: malformed. */
static bool
hear_all(struct renderer *r, renderer_hear hear, void *ctx)
{
	struct wire_reply reply;
	size_t size;
	int found;

	while ((found = wire_frame(r->in.data, r->in.len, &size)) == 1) {
		if (!wire_get_reply(r->in.data, size, &reply))
			return false;
		hear(ctx, reply.id, reply.err, reply.body);
		buf_consume(&r->in, size);
	}
	return found == 0;
}

bool
renderer_run(struct renderer *r, renderer_hear hear, void *ctx)
{
	ssize_t n = recv(
	    r->fd, buf_reserve(&r->in, READ_BYTES), READ_BYTES, MSG_DONTWAIT);

	if (r->out.len > 0)
		flush(r);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	r->in.len += (size_t)n;
	return n > 0 && hear_all(r, hear, ctx);
}
