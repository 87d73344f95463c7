/*
 * act_ssh.c: runs a script on an SSH target, where it outlives its
 * connection.
 *
 * The script is started there once (see remote.c) and then followed: its output
 * is counted, so that after a lost connection reading continues at the next
 * byte.  It has ended when a line with our nonce says so, and its output is
 * complete when all the bytes have arrived that the line counts.  Nothing else
 * is accepted as a result; a closed connection proves nothing.
 *
 * Until the start is confirmed, a new connection starts the script again; the
 * files on the target show whether it was started.  Afterwards, a new
 * connection only attaches to it.
 *
 * The target holds a bounded part of the output: it is told how much of it is
 * durable here (remote_taken.h), and makes a script wait that is far ahead.
 *
 * Terminal input is sent to the target while the output is read.  The target
 * counts it, so that after a lost connection the missing bytes are sent again,
 * and none twice (tty_frames.c).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/message.h"
#include "base/text.h"
#include "executor/actions/act.h"
#include "executor/ssh/ssh.h"
#include "executor/remote/refusal.h"
#include "executor/remote/remote.h"
#include "executor/remote/remote_report.h"
#include "executor/remote/remote_taken.h"
#include "executor/actions/script.h"
#include "executor/status.h"
#include "executor/tty/tty_frames.h"

#define GIVE_UP_MS (10 * 60 * 1000) /* without contact */
#define REFUSED_MS (60 * 1000)      /* the same, if the host refuses us */
#define STOP_REPEAT_MS (20 * 1000)  /* to end a script */
#define CLEAN_MS 5000
#define ANSWER_MS (2 * 60 * 1000) /* for the first control line */
#define FETCH_MS 60000            /* the same, to fetch more output */
#define REST_MS 200               /* silence before the rest is fetched */
#define BACKOFF_MS 15000

/*
 * The state that is kept between repeats: the connection, and what is known of
 * the script on the target.
 */
struct ssh_job {
	struct job *job;
	struct remote remote;
	struct report report; /* control lines of the present call */
	struct tty_frames frames;
	struct taken taken;
	struct ssh_conn *conn; /* NULL: not connected */
	char *command;
	struct buf error; /* why the connection failed last */
	bool tried;       /* the script may have been started */
	bool removable;   /* its files may be removed */
	int64_t lost_at;  /* monotonic, 0: connected */
	int64_t ended_at; /* the same, end of the script; or 0 */
	int64_t asked_at; /* the same, start of the present call */
	int64_t came_at;  /* the same, last output */
	int64_t backoff;
};

static void
on_started(void *ctx)
{
	struct ssh_job *s = ctx;

	act_announce(s->job);
	if (s->lost_at > 0)
		status_note(s->job->target->name, "reconnected",
		    MESSAGE("note_reconnected"));
	s->lost_at = 0;
	s->backoff = 0;
	taken_again(&s->taken);
}

static void
take_output(void *ctx, const char *data, size_t len)
{
	struct ssh_job *s = ctx;

	s->came_at = clock_monotonic();
	output_put(s->job->output, data, len);
	if (s->frames.session == NULL)
		taken_put(
		    &s->taken, s->report.received, s->job->output->recorder);
}

/* The standard input of the program of remote_follow(), behind it. */
static struct buf *
further_input(void *ctx)
{
	struct report *r = ctx;
	struct ssh_job *s = r->ctx;

	return s->frames.session != NULL ? tty_frames_next(&s->frames)
					 : &s->taken.line;
}

static void
take_accepted(void *ctx, int64_t count)
{
	struct ssh_job *s = ctx;

	tty_frames_arrived(&s->frames, count);
}

/* Connects unless connected. */
static enum ssh_result
reach(struct ssh_job *s)
{
	if (s->conn != NULL)
		return SSH_OK;
	buf_reset(&s->error);
	return ssh_conn_open(s->job->target, s->job->loop, &s->conn, &s->error);
}

/*
 * For the call that follows a script: it only waits for the command to remove
 * the files once all is known.
 */
static int64_t
enough(void *ctx)
{
	struct report *r = ctx;
	struct ssh_job *s = r->ctx;
	int64_t last = s->job->output->last;

	if (r->state != REPORT_EXIT)
		return 0;
	if (s->ended_at == 0)
		s->ended_at = clock_monotonic();
	if (r->received >= r->size)
		return s->ended_at;
	return (last > s->ended_at ? last : s->ended_at) + REST_MS;
}

/* A script may be silent for hours, but the sh that follows it sends lines. */
static int64_t
answer_due(void *ctx)
{
	const struct report *r = ctx;
	const struct ssh_job *s = r->ctx;

	return r->marked || r->state != REPORT_NOTHING
	    ? 0
	    : s->asked_at + ANSWER_MS;
}

/* Available output arrives at once, later output as it is printed. */
static int64_t
fetch_due(void *ctx)
{
	const struct report *r = ctx;
	const struct ssh_job *s = r->ctx;

	return (s->came_at > s->asked_at ? s->came_at : s->asked_at) + FETCH_MS;
}

/*
 * Runs sh on the target with the program; releases the program.  `follows`: the
 * program is from remote_follow(), and terminal input is sent to it.
 */
static enum ssh_result
ask(struct ssh_job *s, struct buf *text, int64_t limit_ms, bool follows)
{
	struct ssh_call call = { .command = s->command,
		.input = text,
		.out = report_out,
		.err = report_err,
		.ctx = &s->report,
		.due = follows ? answer_due : fetch_due,
		.limit = limit_ms > 0 ? clock_monotonic() + limit_ms : 0 };
	enum ssh_result result;

	if (follows)
		call.more = further_input;
	if (follows && s->frames.session == NULL)
		call.enough = enough;
	s->ended_at = 0;
	s->asked_at = clock_monotonic();
	report_begin(&s->report);
	tty_frames_begin(&s->frames);
	buf_reset(&s->taken.line);
	buf_reset(&s->error);
	result = ssh_conn_run(s->conn, &call, &s->error);
	s->report.status = call.status;
	if (result == SSH_LOST || result == SSH_REFUSED) {
		ssh_conn_close(s->conn);
		s->conn = NULL;
	}
	explicit_bzero(text->data, text->len);
	buf_clear(text);
	return result;
}

static void
end_unknown(struct ssh_job *s, const char *what)
{
	const struct job_target *t = s->job->target;

	act_end(s->job, ENDING_UNKNOWN,
	    "ssh_script_unknown reason=%s target=%s folder=%s name=%s error=%s",
	    what, t->host, REMOTE_FOLDER, s->remote.name, buf_text(&s->error));
}

/* Waits before the next connection. False: stopped, or given up. */
static bool
wait_to_reconnect(struct ssh_job *s, enum ssh_result result)
{
	int64_t now = clock_monotonic(), until;
	struct buf note = { 0 };

	if (s->lost_at == 0) {
		s->lost_at = now;
		message_put(&note, "note_lost target=%s reason=%s",
		    s->job->target->host, buf_text(&s->error));
		status_note(s->job->target->name, "reconnecting", note.data);
		buf_clear(&note);
	}
	if (now - s->lost_at >=
	    (result == SSH_REFUSED ? REFUSED_MS : GIVE_UP_MS))
		return false;
	s->backoff = s->backoff == 0 ? 1000 : s->backoff * 2;
	if (s->backoff > BACKOFF_MS)
		s->backoff = BACKOFF_MS;
	for (until = now + s->backoff; clock_monotonic() < until;)
		if (loop_poll(s->job->loop, NULL, 0, until) != STOP_NONE)
			return false;
	return true;
}

/* sh on the target ended without a control line. */
static void
explain_silence(struct ssh_job *s)
{
	const struct job_target *t = s->job->target;
	const char *user = s->job->spec->step.user;

	if (user != NULL)
		act_end(s->job, ENDING_NOT_STARTED,
		    "ssh_not_started_as target=%s user=%s code=%d "
		    "noise=%.500s",
		    t->name, user, s->report.status,
		    buf_text(&s->report.noise));
	else
		act_end(s->job, ENDING_NOT_STARTED,
		    "ssh_not_started target=%s code=%d noise=%.500s", t->name,
		    s->report.status, buf_text(&s->report.noise));
}

/*
 * Starts and follows the script until its state is known.  False: it cannot be
 * known: the job's ending is set, or loop->stop.
 */
static bool
follow(struct ssh_job *s)
{
	enum ssh_result result;
	struct buf text = { 0 };

	for (;;) {
		if ((result = reach(s)) == SSH_OK) {
			s->tried = true;
			remote_follow(&s->remote, s->report.started,
			    s->report.received, &text);
			result = ask(s, &text, 0, true);
			if (result == SSH_OK &&
			    s->report.state != REPORT_NOTHING)
				return true;
		}
		if (s->job->loop->stop != STOP_NONE)
			return false;
		if (!s->tried) {
			act_end(s->job, ENDING_NOT_STARTED, "%s",
			    buf_text(&s->error));
			return false;
		}
		if (result == SSH_OK && !s->report.started) {
			explain_silence(s);
			return false;
		}
		if (!wait_to_reconnect(s, result)) {
			if (s->job->loop->stop == STOP_NONE)
				end_unknown(s, MESSAGE("ssh_not_back"));
			return false;
		}
	}
}

/* Fetches the rest of the output. */
static bool
fetch_rest(struct ssh_job *s)
{
	struct report *r = &s->report;
	enum ssh_result result = SSH_OK;
	struct buf text = { 0 };

	while (r->received < r->size) {
		int64_t before = r->received;

		if ((result = reach(s)) == SSH_OK) {
			remote_fetch(&s->remote, r->received,
			    r->size - r->received, &text);
			result = ask(s, &text, 0, false);
		}
		if (s->job->loop->stop == STOP_ABANDONED ||
		    (result == SSH_OK && r->received == before))
			return false;
		if (result != SSH_OK && result != SSH_STOPPED &&
		    !wait_to_reconnect(s, result))
			return false;
		if (result == SSH_OK && s->lost_at > 0)
			on_started(s);
	}
	return true;
}

/* The script has ended: copies the report while the rest is read. */
static void
take_result(struct ssh_job *s)
{
	struct job *job = s->job;
	enum ending ending = s->report.state == REPORT_EXIT ? ENDING_EXITED
							    : ENDING_STOPPED;

	job->code = s->report.code;
	job->output_open = s->report.open;
	if (!fetch_rest(s)) {
		end_unknown(s, MESSAGE("ssh_output_unread"));
		return;
	}
	job->ending = ending;
	s->removable = true;
}

/*
 * The reason of an unknown result.  A host that never said that the script has
 * started was asked to end it; its shell may still be about to start it.
 */
static const char *
lost_how(const struct report *r)
{
	const char *word = r->word.len > 0 ? r->word.data : "";

	if (strcmp(word, "gone") == 0 && !r->started)
		return MESSAGE("ssh_lost_before");
	if (strcmp(word, "gone") == 0)
		return MESSAGE("ssh_lost_gone");
	if (strcmp(word, "torn") == 0)
		return MESSAGE("ssh_lost_torn");
	if (strcmp(word, "restarted") == 0)
		return MESSAGE("ssh_lost_restarted");
	return MESSAGE("ssh_lost_died");
}

static void
aggregate(struct ssh_job *s)
{
	struct job *job = s->job;
	struct report *r = &s->report;
	struct buf why = { 0 };

	if (r->state == REPORT_REFUSED) {
		refusal_message(
		    buf_text(&r->word), job->target->name, "", &why);
		act_end(job, ENDING_NOT_STARTED, "%s", buf_text(&why));
		buf_clear(&why);
	} else if (r->state == REPORT_EXIT || r->state == REPORT_ENDED) {
		take_result(s);
	} else if (r->state == REPORT_ALIVE) {
		end_unknown(s, MESSAGE("ssh_script_not_ended"));
	} else {
		act_end(job, ENDING_UNKNOWN, "ssh_lost target=%s what=%s",
		    job->target->host, lost_how(r));
	}
}

/* Ends the script on the target because of the event loop's stop. */
static void
stop_script(struct ssh_job *s)
{
	int64_t limit = clock_monotonic() + STOP_REPEAT_MS;
	enum ssh_result result;
	struct buf text = { 0 };
	bool fresh;

	s->job->stop = s->job->loop->stop;
	if (!s->tried) {
		s->job->ending = ENDING_STOPPED;
		return;
	}
	if (s->job->stop == STOP_ABANDONED) {
		buf_reset(&s->error);
		end_unknown(s, MESSAGE("ssh_killed"));
		return;
	}
	do {
		fresh = s->conn == NULL;
		if ((result = reach(s)) == SSH_OK) {
			remote_end(&s->remote, &text);
			result = ask(s, &text, STOP_REPEAT_MS, false);
		}
		if (result == SSH_OK && s->report.state != REPORT_NOTHING) {
			aggregate(s);
			return;
		}
		if (result == SSH_LOST)
			(void)loop_poll(
			    s->job->loop, NULL, 0, clock_monotonic() + 1000);
	} while (
	    result != SSH_REFUSED && (clock_monotonic() < limit || !fresh));
	end_unknown(s, MESSAGE("ssh_host_away"));
}

static void
clean(struct job *job)
{
	struct ssh_job *s = job->state;
	struct buf text = { 0 };

	if (s->conn == NULL || !s->removable)
		return;
	s->removable = false;
	if (ssh_conn_last(s->conn, REMOTE_DONE, clock_monotonic() + CLEAN_MS))
		return;
	remote_remove(&s->remote, &text);
	(void)ask(s, &text, CLEAN_MS, false);
}

static void
close_connection(struct job *job)
{
	struct ssh_job *s = job->state;

	ssh_conn_close(s->conn);
	report_clear(&s->report);
	tty_frames_clear(&s->frames);
	taken_clear(&s->taken);
	buf_clear(&s->error);
	free(s->command);
	free(s);
	job->state = NULL;
}

static struct ssh_job *
ssh_job_of(struct job *job)
{
	struct ssh_job *s = job->state;

	if (s == NULL) {
		job->state = s = mem_calloc(1, sizeof(*s));
		job->clean = clean;
		job->close = close_connection;
		s->job = job;
		s->command = script_command(job->spec->step.user);
		s->remote = (struct remote){ .spec = job->spec,
			.target = job->target->name };
		s->report = (struct report){ .nonce = s->remote.nonce,
			.ctx = s,
			.on_started = on_started,
			.on_output = take_output,
			.on_accepted = take_accepted };
		s->frames.session = job->output->session;
	}
	return s;
}

void
act_ssh(struct job *job)
{
	struct ssh_job *s = ssh_job_of(job);

	text_random_hex(s->remote.nonce, 16);
	snprintf(s->remote.name, sizeof(s->remote.name), "%s-%s-%d",
	    job->spec->exec, job->target->name, job->repeat);
	report_reset(&s->report);
	taken_clear(&s->taken);
	s->tried = s->removable = false;
	s->lost_at = s->backoff = 0;
	if (!artifact_input_read(
		job->spec, job->target->name, &s->remote.artifacts, &job->why))
		job->ending = ENDING_NOT_STARTED;
	else if (follow(s))
		aggregate(s);
	else if (job->loop->stop != STOP_NONE)
		stop_script(s);
	artifact_input_clear(&s->remote.artifacts);
}
