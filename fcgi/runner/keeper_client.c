/*
 * keeper_client.c: the runner's end of the wire to the keeper.
 *
 * One call at a time.  Frames that the keeper pushes in between are terminal
 * input or a hint to ask for jobs again.  A lost hint costs RUNNER_HELLO_MS.
 */
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runner/keeper_client.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "runner/runner.h"
#include "runner/tty_relay.h"

#define ANSWER_MS 30000 /* longer than a wait for a disk */

static void
disconnect(struct runner *r)
{
	if (r->keeper >= 0)
		close(r->keeper);
	r->keeper = -1;
	buf_reset(&r->in);
}

bool
keeper_connect(struct runner *r)
{
	char *path;

	if (r->keeper >= 0)
		return true;
	if (wire_secret_read(r->data_dir, WIRE_SECRET_RUNNER, r->secret) !=
	    ERR_OK)
		return false; /* the keeper creates it */
	path = mem_printf("%s/run/runner.sock", r->data_dir);
	r->keeper = io_connect(path);
	free(path);
	r->jobs = r->keeper >= 0;
	return r->keeper >= 0;
}

/* Reads once; false: the keeper is gone, or timed out. */
static bool
read_more(struct runner *r, int flags)
{
	struct pollfd p = { .fd = r->keeper, .events = POLLIN };
	ssize_t n;

	if (!(flags & MSG_DONTWAIT) && poll(&p, 1, ANSWER_MS) == 0) {
		log_warn("the keeper does not answer: the connection is made "
			 "anew");
		return false;
	}
	n = recv(r->keeper, buf_reserve(&r->in, 65536), 65536, flags);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (n <= 0)
		return false;
	r->in.len += (size_t)n;
	return true;
}

/* Handles the pushed frame at the start of the buffer. */
static void
take_push(struct runner *r, size_t size)
{
	struct wire_call call;

	if (wire_get_call(r->in.data, size, &call) &&
	    strcmp(call.verb, RUNNER_PUSH_INPUT) == 0) {
		tty_relay_pass(r, call.body);
		sodium_memzero(r->in.data, size);
	} else {
		r->jobs = true;
	}
	buf_consume(&r->in, size);
}

static void
take_pushes(struct runner *r)
{
	size_t size;

	while (wire_frame(buf_text(&r->in), r->in.len, &size) == 1)
		take_push(r, size);
}

void
keeper_read(struct runner *r)
{
	if (read_more(r, MSG_DONTWAIT))
		take_pushes(r);
	else
		disconnect(r);
}

/* Waits for the reply with this id; handles pushes before it. */
static bool
wait_reply(struct runner *r, int64_t id, struct wire_reply *ret)
{
	size_t size;
	int found;

	for (;;) {
		found = wire_frame(buf_text(&r->in), r->in.len, &size);
		if (found < 0)
			return false;
		if (found == 0) {
			if (!read_more(r, 0))
				return false;
			continue;
		}
		if (wire_get_reply(r->in.data, size, ret) && ret->id == id)
			return true;
		take_push(r, size);
	}
}

void
runner_again(struct runner *r)
{
	int64_t at = clock_monotonic() + RUNNER_AGAIN_MS;

	if (at < r->hello_at)
		r->hello_at = at;
}

static void
put_call(struct runner *r, const char *verb, struct json_object *body,
    struct buf *out)
{
	struct wire_call call = {
		.id = ++r->next_id,
		.verb = verb,
		.credential = r->secret,
		.body = body != NULL ? json_write(body) : "",
	};

	wire_put_call(out, &call);
}

/* Waits for the reply and removes it from the buffer. */
static bool
take_reply(struct runner *r, int64_t id, enum err *ret, char **ret_body)
{
	struct wire_reply reply;
	size_t size;

	if (!wait_reply(r, id, &reply))
		return false;
	*ret = reply.err;
	if (ret_body != NULL)
		*ret_body = mem_strdup(reply.body);
	wire_frame(r->in.data, r->in.len, &size);
	buf_consume(&r->in, size);
	return true;
}

size_t
keeper_ask_each(struct runner *r, enum runner_message_kind kind,
    struct json_object *const *bodies, size_t n, enum err *ret)
{
	int64_t first = r->next_id + 1;
	struct buf out = { 0 };
	size_t answered = 0;
	bool ok;

	if (r->keeper < 0)
		return 0;
	for (size_t i = 0; i < n; i++)
		put_call(r, runner_message_verb(kind), bodies[i], &out);
	ok = io_write_all(r->keeper, out.data, out.len) == 0;
	while (ok && answered < n) {
		ok = take_reply(
		    r, first + (int64_t)answered, &ret[answered], NULL);
		answered += ok;
	}
	buf_clear(&out);
	if (ok)
		take_pushes(r); /* pushes that arrived with the replies */
	else
		disconnect(r);
	if (answered < n || ret[n - 1] == ERR_UNAVAILABLE)
		runner_again(r);
	return answered;
}

enum err
keeper_ask(struct runner *r, const char *verb, struct json_object *body,
    char **ret_body)
{
	struct buf out = { 0 };
	enum err err = ERR_UNAVAILABLE;
	bool ok;

	if (r->keeper < 0)
		return ERR_UNAVAILABLE;
	put_call(r, verb, body, &out);
	ok = io_write_all(r->keeper, out.data, out.len) == 0 &&
	    take_reply(r, r->next_id, &err, ret_body);
	buf_clear(&out);
	if (ok)
		take_pushes(r); /* pushes that arrived with the reply */
	else
		disconnect(r);
	if (err == ERR_UNAVAILABLE)
		runner_again(r);
	return err;
}

enum err
keeper_report(struct runner *r, enum runner_message_kind kind,
    const struct runner_message *m)
{
	struct json_object *body = runner_message_write(kind, m);
	enum err err = keeper_ask(r, runner_message_verb(kind), body, NULL);

	json_object_put(body);
	return err;
}
