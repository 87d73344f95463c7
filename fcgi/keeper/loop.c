/*
 * loop.c: the keeper's event loop.
 *
 * All pending calls are carried out in one transaction, each in a savepoint of
 * its own, and answered after the commit: calls that arrive while a commit
 * waits for the disk share the next one.  Threads were rejected: there is one
 * writer, and it waits for nothing but the disk.
 */
#include <errno.h>
#include <poll.h>
#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire/runner_message.h"
#include "keeper/loop.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/message.h"
#include "base/peer.h"
#include "base/terminate.h"
#include "base/turn.h"
#include "keeper/keeper.h"
#include "keeper/command.h"
#include "keeper/refused.h"
#include "keeper/commands/cmd_session.h"
#include "keeper/ballast.h"
#include "keeper/conn.h"
#include "keeper/ledger.h"
#include "keeper/plans/step_cache.h"
#include "keeper/unaccepted.h"

/*
 * A call whose caller is about to give up is refused before it begins, with
 * this time to hear of it: that nothing was done is an answer, silence is not.
 */
#define REPLY_MS 1000

/* Children that hash passwords, and that compile, at a time. */
static const int most_children[2] = { 2, 4 };

struct loop {
	struct keeper *keeper;
	struct conn *conns;
	int listeners[3]; /* by enum channel; -1: none */
	struct pollfd *polls;
	size_t polls_cap;
	bool in_batch;
	bool no_journal; /* the batch could not begin */
};

/* The reply to a call: its result, or the fault with its details. */
static void
put_reply(struct conn *conn, const struct command *c, enum err err)
{
	struct wire_reply reply = { .id = c->call->id, .err = err };

	if (err != ERR_OK) {
		json_set_text(c->result, "code", c->fault.code);
		json_set_text(c->result, "message", c->fault.message);
		json_set_text(c->result, "field", c->fault.field);
	}
	reply.body = json_write(c->result);
	wire_put_reply(&conn->out, &reply);
}

/* A command with a failed read has decided nothing. */
static enum err
unreadable(struct command *c)
{
	return fault_set(&c->fault, ERR_UNAVAILABLE, "journal_unavailable",
	    NULL, "refused_journal_unavailable");
}

static void
begin_batch(struct loop *l)
{
	if (l->in_batch)
		return;
	l->in_batch = true;
	l->no_journal = db_begin(l->keeper->db) != ERR_OK;
}

/* Carries out a call in a savepoint of its own. */
static enum err
run_command(struct loop *l, struct command *c)
{
	struct db *db = l->keeper->db;
	size_t typed = l->keeper->typed.len;
	enum err err;

	begin_batch(l); /* its end sends the replies */
	if (c->call->by > 0 && clock_monotonic() + REPLY_MS > c->call->by)
		return fault_set(&c->fault, ERR_UNAVAILABLE, "too_late", NULL,
		    "refused_too_late");
	ledger_touch(l->keeper);
	if (l->no_journal || db_is_lost(db))
		return unreadable(c);
	session_expire(l->keeper);
	if (db_savepoint(db) != ERR_OK)
		return unreadable(c);
	err = command_run(c);
	if (db_has_failed(db))
		err = unreadable(c);
	err = db_release(db, err);
	if (err != ERR_OK)
		l->keeper->typed.len = typed;
	command_record_refusal(c);
	if (c->around && err != ERR_OK && err != ERR_UNAVAILABLE)
		(void)run_record_refusal(c);
	return err;
}

static void
run_call(struct loop *l, struct conn *conn, const struct wire_call *call)
{
	struct command c = {
		.keeper = l->keeper,
		.call = call,
		.channel = conn->channel,
		.result = json_object_new_object(),
		.hashed = conn->hashed,
	};
	struct compile_job *job;
	enum err err;

	compile_resume(l->keeper, conn->job);
	err = run_command(l, &c);
	job = compile_wanted(l->keeper);
	if (err == ERR_OK && conn->hashed == NULL &&
	    (c.hash_password != NULL || c.hash_old != NULL)) {
		conn_wait(conn, &c);
	} else if (err != ERR_UNAVAILABLE || job == NULL ||
	    !conn_wait_compiled(conn, job)) {
		put_reply(conn, &c, err);
		conn_answered(conn);
	}
	compile_resume(l->keeper, NULL);
	free(c.hash_against);
	json_object_put(c.body);
	json_object_put(c.result);
}

/* Carries out the pending calls of a connection. */
static void
run_calls(struct loop *l, struct conn *conn)
{
	struct wire_call call;
	size_t size;
	int found;

	while (!conn->waiting && !conn->closing) {
		found = wire_frame(buf_text(&conn->in), conn->in.len, &size);
		if (found == 0)
			break;
		if (found < 0 || !wire_get_call(conn->in.data, size, &call)) {
			log_warn("a malformed call was refused");
			conn->closing = true;
			break;
		}
		if (!conn_knows(conn, l->keeper, &call)) {
			log_warn("a call without the secret of its socket "
				 "was refused");
			conn->closing = true;
			break;
		}
		run_call(l, conn, &call);
		if (conn->waiting)
			break;
		sodium_memzero(conn->in.data, size);
		buf_consume(&conn->in, size);
	}
}

/* Nothing of the batch is durable: every answer of it becomes a failure. */
static void
refuse_batch(struct loop *l)
{
	struct json_object *o = json_object_new_object();
	const char *why;

	json_set_text(o, "code", "journal_unavailable");
	json_set_text(o, "message", MESSAGE("refused_unavailable"));
	json_set_text(o, "field", "");
	why = json_write(o);
	for (struct conn *c = l->conns; c != NULL; c = c->next) {
		struct buf replies = { 0 };
		size_t at = c->committed, size;

		while (at < c->out.len &&
		    wire_frame(c->out.data + at, c->out.len - at, &size) == 1) {
			struct wire_reply r;

			if (wire_get_reply(c->out.data + at, size, &r)) {
				r.err = ERR_UNAVAILABLE;
				r.body = why;
				wire_put_reply(&replies, &r);
			}
			at += size;
		}
		c->out.len = c->committed;
		buf_put(&c->out, buf_text(&replies), replies.len);
		buf_clear(&replies);
	}
	json_object_put(o);
}

/* Terminal input is stored nowhere. */
static void
forget(struct buf *typed)
{
	if (typed->data != NULL)
		sodium_memzero(typed->data, typed->cap);
	buf_reset(typed);
}

static void
commit_batch(struct loop *l)
{
	static const struct wire_call jobs = { .verb = RUNNER_PUSH_JOBS };
	struct buf *typed = &l->keeper->typed;
	bool durable;

	if (!l->in_batch)
		return;
	l->in_batch = false;
	durable = db_end(l->keeper->db, ERR_OK) == ERR_OK;
	ledger_committed(l->keeper, durable);
	if (!durable) {
		l->keeper->jobs_changed = false;
		forget(typed);
	}
	if (!l->no_journal && !durable) {
		ballast_release(l->keeper->data_dir);
		refuse_batch(l);
	}
	for (struct conn *c = l->conns; c != NULL; c = c->next) {
		if (c->channel == CHANNEL_RUNNER && c->known)
			buf_put(&c->out, buf_text(typed), typed->len);
		if (l->keeper->jobs_changed && c->known &&
		    c->channel == CHANNEL_RUNNER)
			wire_put_call(&c->out, &jobs);
		c->committed = c->out.len;
	}
	l->keeper->jobs_changed = false;
	forget(typed);
}

/*
 * Between two batches: reopens the journal after an error, so that the next
 * batch does not depend on it.
 */
static void
mend_journal(struct keeper *k)
{
	if (!db_is_stale(k->db))
		return;
	log_warn("the database is opened anew");
	step_cache_free(k);
	db_close(k->db);
	k->db = NULL;
	k->waiting_writes = UINT64_MAX; /* they are read again */
	if (db_open(k->data_dir, DB_KEEPER, &k->db) != ERR_OK)
		log_fatal("the database cannot be opened in %s", k->data_dir);
}

/* Ends presses that waited too long and notifies the runner of the others. */
static void
tick_waiting(struct loop *l)
{
	if (waiting_next(l->keeper) != 0)
		return;
	if (!l->keeper->waiting_known && l->in_batch)
		return; /* its end reads them */
	if (!l->keeper->waiting_known)
		waiting_read(l->keeper);
	if (waiting_next(l->keeper) != 0)
		return;
	begin_batch(l);
	if (!l->no_journal)
		waiting_tick(l->keeper);
	ledger_touch(l->keeper);
}

/* Appends the heads of open runs. */
static void
put_heads(struct loop *l)
{
	begin_batch(l);
	if (!l->no_journal && ledger_add_heads(l->keeper) != ERR_OK)
		log_warn("the heads of the chains cannot be written");
}

static void
tick(struct loop *l)
{
	tick_waiting(l);
	if (ledger_next(l->keeper) == 0)
		put_heads(l);
}

/* The timeout until the next timer is due; -1: none. */
static int
wait_at_most(const struct loop *l)
{
	int most = waiting_next(l->keeper), heads = ledger_next(l->keeper);

	if (most < 0 || (heads >= 0 && heads < most))
		most = heads;
	for (struct conn *c = l->conns; c != NULL; c = c->next) {
		int due = conn_due(c);

		if (most < 0 || (due >= 0 && due < most))
			most = due;
	}
	return most;
}

static void
accept_all(struct loop *l, enum channel channel)
{
	int fd;

	while ((fd = accept4(
		    l->listeners[channel], NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		struct conn *c;

		if ((channel != CHANNEL_WEB && !peer_is_ours(fd)) ||
		    peer_is_confined(fd)) {
			log_warn("a connection was refused: it is of another "
				 "user, or of a script");
			close(fd);
			continue;
		}
		c = conn_new(fd, channel);

		c->next = l->conns;
		l->conns = c;
	}
}

static void
start_children(struct loop *l)
{
	int children[2] = { 0 };

	for (struct conn *c = l->conns; c != NULL; c = c->next)
		children[c->job != NULL] += conn_child(c) >= 0;
	for (struct conn *c = l->conns; c != NULL; c = c->next) {
		int kind = c->job != NULL;

		if (c->waiting && conn_child(c) < 0 &&
		    children[kind] < most_children[kind]) {
			conn_start_child(c, l->keeper);
			children[kind]++;
		}
	}
}

static void
drop_closed(struct loop *l)
{
	struct conn **at = &l->conns, *c;

	while ((c = *at) != NULL) {
		if (!c->closing) {
			at = &c->next;
			continue;
		}
		*at = c->next;
		conn_free(c);
	}
}

/* One poll entry per listener and two per connection, in list order. */
static size_t
fill_polls(struct loop *l)
{
	size_t n = 0;
	struct pollfd *p;

	for (int i = 0; i < 3; i++) {
		p = mem_grow(&l->polls, &l->polls_cap, n++, sizeof(*p));
		p->fd = l->listeners[i];
		p->events = POLLIN;
	}
	for (struct conn *c = l->conns; c != NULL; c = c->next) {
		p = mem_grow(&l->polls, &l->polls_cap, n++, sizeof(*p));
		p->fd = c->fd;
		p->events = c->waiting ? 0 : POLLIN;
		if (c->committed > 0)
			p->events |= POLLOUT;
		p = mem_grow(&l->polls, &l->polls_cap, n++, sizeof(*p));
		p->fd = conn_child(c);
		p->events = POLLIN;
	}
	return n;
}

/* Behind the answers, which do not wait for it. */
static void
end_batch(struct keeper *k)
{
	if (k->commits_fd > 0)
		(void)eventfd_write(k->commits_fd, 1);
	waiting_refresh(k);
}

static void
serve_once(struct loop *l)
{
	struct conn *last = l->conns;
	size_t n = fill_polls(l), i = 3;
	bool batch;

	if (poll(l->polls, n, wait_at_most(l)) < 0)
		return;
	for (struct conn *c = last; c != NULL; c = c->next, i += 2) {
		if (l->polls[i + 1].revents != 0)
			conn_end_child(c, l->keeper);
		conn_tick(c);
		if ((l->polls[i].revents & (POLLIN | POLLHUP | POLLERR)) &&
		    !conn_read(c))
			c->closing = true;
	}
	l->keeper->runner_here = false;
	for (struct conn *c = last; c != NULL; c = c->next)
		l->keeper->runner_here |= c->channel == CHANNEL_RUNNER &&
		    c->known && !c->closing;
	for (struct conn *c = last; c != NULL; c = c->next)
		run_calls(l, c);
	tick(l);
	batch = l->in_batch;
	commit_batch(l);
	mend_journal(l->keeper);
	for (struct conn *c = last; c != NULL; c = c->next)
		if (c->committed > 0 && !conn_write(c))
			c->closing = true;
	if (batch)
		end_batch(l->keeper);
	start_children(l);
	drop_closed(l);
	for (int channel = 0; channel < 3; channel++)
		if (l->polls[channel].revents & POLLIN)
			accept_all(l, (enum channel)channel);
}

static void
finish(struct loop *l)
{
	put_heads(l);
	commit_batch(l);
	for (struct conn *c = l->conns; c != NULL; c = c->next)
		c->closing = true;
	drop_closed(l);
	buf_clear(&l->keeper->typed);
	waiting_clear(l->keeper);
	free(l->polls);
}

void
loop_run(struct keeper *k, int web_fd, int local_fd, int runner_fd)
{
	struct loop l = { .keeper = k,
		.listeners = { web_fd, local_fd, runner_fd } };

	terminate_catch();
	for (int i = 0; i < 3; i++)
		io_set_nonblocking(l.listeners[i], true);
	while (!terminate_asked) {
		turn_over();
		serve_once(&l);
	}
	finish(&l);
}

void
loop_run_stdio(struct keeper *k)
{
	struct loop l = { .keeper = k, .listeners = { -1, -1, -1 } };

	terminate_catch();
	l.conns = conn_new(dup(STDIN_FILENO), CHANNEL_LOCAL);
	l.conns->known = true; /* our parent has locked the folder */
	while (!terminate_asked && l.conns != NULL)
		serve_once(&l);
	finish(&l);
}
