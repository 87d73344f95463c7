/*
 * target.c: the step on one target, in a process of its own.
 *
 * It repeats the step until it succeeds or may not be repeated, evaluates each
 * run, and writes the last line of the target when the recording is on disk: a
 * result that is not durable is not a success.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/catalogue.h"
#include "base/clock.h"
#include "base/message.h"
#include "executor/actions/act.h"
#include "executor/output/utf8.h"
#include "executor/confine/confine.h"
#include "executor/actions/fill.h"
#include "executor/output/compare.h"
#include "executor/status.h"
#include "executor/target.h"

#define MESSAGE_MOST 4000 /* bytes */

struct run {
	struct job job;
	const struct mask *mask;
	struct output output;
	struct event_loop loop;
	struct json_object *captures;
	enum state state;
	int exit;          /* -1: none */
	bool contradicted; /* evaluate_contradicts() */
	struct buf message;
	act_function act;
	int64_t within;  /* monotonic; 0: no limit */
	bool keep_files; /* keep all files on the target */
	int64_t saved;   /* bytes; -1: nothing is saved */
	struct fanout_slot *slot;
};

/* "5 min", "90 s", "250 ms". */
static const char *
duration(int64_t ms, char text[32])
{
	if (ms >= 120000 && ms % 60000 == 0)
		snprintf(text, 32, "%lld min", (long long)(ms / 60000));
	else if (ms % 1000 == 0)
		snprintf(text, 32, "%lld s", (long long)(ms / 1000));
	else
		snprintf(text, 32, "%lld ms", (long long)ms);
	return text;
}

static void
report_stopped(struct run *r)
{
	const struct job_spec *o = r->job.spec;
	const char *name = r->job.target->name;
	const char *what = o->interpreter != NULL ? MESSAGE("stop_script")
						  : MESSAGE("stop_step");
	char text[32];

	if (r->job.stop == STOP_CANCEL) {
		message_put(&r->message, "stopped_cancelled what=%s target=%s",
		    what, name);
	} else if (r->job.stop == STOP_ABANDONED) {
		r->state = STATE_UNKNOWN;
		message_put(&r->message, "stopped_killed what=%s target=%s",
		    what, name);
	} else if (r->within > 0 && clock_monotonic() >= r->within) {
		message_put(&r->message,
		    "stopped_within what=%s target=%s time=%s", what, name,
		    duration(o->step.within_ms, text));
	} else {
		message_put(&r->message,
		    "stopped_timeout what=%s target=%s time=%s", what, name,
		    duration(o->step.timeout_ms, text));
	}
	if (r->job.stop == STOP_TIMEOUT)
		output_last_line(&r->output, &r->message);
}

/* The output is a success: saves it, and compares it, if requested. */
static bool
settle_output(struct run *r)
{
	if (output_unclear(&r->output, &r->message))
		return false;
	if (r->output.artifact == NULL)
		return true;
	if (!artifact_end(r->output.artifact, &r->saved, &r->message))
		return false;
	return r->job.spec->step.same_as == NULL ||
	    compare_check(&r->job, &r->message);
}

/* Turns the ending of an execution into state, exit and message. */
static void
set_result(struct run *r)
{
	struct job *job = &r->job;
	const char *abbreviation;

	buf_reset(&r->message);
	r->exit = -1;
	r->contradicted = false;
	r->state = STATE_FAILED;
	switch (job->ending) {
	case ENDING_EXITED:
		if (job->spec->interpreter != NULL)
			r->exit = job->code;
		if (evaluate_end(r->output.evaluate, job->code,
			job->target->name, &r->captures, &r->message) &&
		    settle_output(r))
			r->state = STATE_SUCCEEDED;
		r->contradicted = evaluate_contradicts(r->output.evaluate);
		break;
	case ENDING_SIGNALLED:
		abbreviation = sigabbrev_np(job->code);
		message_put(&r->message,
		    "stopped_signal number=%d signal=%s target=%s", job->code,
		    abbreviation != NULL ? abbreviation : "?",
		    job->target->name);
		break;
	case ENDING_STOPPED:
		report_stopped(r);
		if (job->why.len > 0)
			buf_printf(&r->message, " %s", buf_text(&job->why));
		break;
	case ENDING_UNKNOWN:
		r->state = STATE_UNKNOWN;
		/* fall through */
	default:
		buf_puts(&r->message, buf_text(&job->why));
		break;
	}
}

/* A part of a message redacted: one line of valid UTF-8. */
static void
mask_part(void *ctx, const char *text, struct buf *out)
{
	struct buf masked = { 0 };
	struct utf8 state = { 0 };
	size_t from = out->len;

	mask_cut_text(ctx, text, strlen(text), &masked);
	utf8_put(&state, buf_text(&masked), masked.len, out);
	for (size_t i = from; i < out->len; i++)
		if ((unsigned char)out->data[i] < ' ' || out->data[i] == 0x7f)
			out->data[i] = ' ';
	buf_clear(&masked);
}

/* The message redacted, in all of its arguments, and of limited length. */
static void
mask_message(struct run *r)
{
	struct buf masked = { 0 };

	message_map(buf_text(&r->message), mask_part, (void *)r->mask, &masked);
	message_limit(&masked, MESSAGE_MOST);
	while (masked.len > 0 && masked.data[masked.len - 1] == ' ')
		masked.data[--masked.len] = '\0';
	buf_reset(&r->message);
	buf_put(&r->message, buf_text(&masked), masked.len);
	buf_clear(&masked);
}

/*
 * A server's message for a step with secret output may contain a part of that:
 * it is sealed with it.  A script's message contains no output.
 */
static void
seal_message(struct run *r)
{
	const struct job_spec *o = r->job.spec;

	if (!o->sealed || o->interpreter != NULL || r->message.len == 0)
		return;
	output_line(&r->output, catalogue_english(buf_text(&r->message)));
	buf_reset(&r->message);
	message_put(&r->message,
	    r->state == STATE_UNKNOWN ? "sealed_unknown target=%s"
				      : "sealed_failed target=%s",
	    r->job.target->name);
}

static void
run_once(struct run *r)
{
	struct job *job = &r->job;
	int64_t now = clock_monotonic(), limit = job->spec->step.timeout_ms;

	evaluate_reset(r->output.evaluate);
	if (r->output.session != NULL)
		input_session_reset(r->output.session);
	if (r->output.artifact != NULL)
		artifact_reset(r->output.artifact);
	r->saved = -1;
	buf_reset(&job->why);
	job->stop = STOP_NONE;
	job->output_open = false;
	if (r->within > 0 && (limit == 0 || r->within - now < limit))
		limit = r->within > now ? r->within - now : 1;
	loop_start(&r->loop, limit);
	r->slot->deadline = r->loop.deadline;
	r->act(job);
	r->slot->deadline = 0;
	output_pause(&r->output);
	if (job->output_open)
		status_note(job->target->name, "output_open",
		    MESSAGE("note_output_open"));
	set_result(r);
	mask_message(r);
	seal_message(r);
}

/* True if the step is to be repeated; waits until it is due. */
static bool
wait_for_next(struct run *r)
{
	const struct job_spec *o = r->job.spec;
	int64_t next = clock_monotonic() + o->step.every_ms;
	enum stop stop = STOP_NONE;
	char text[32], line[64];
	struct buf note = { 0 };

	if (o->step.every_ms == 0 || r->state != STATE_FAILED ||
	    r->job.stop == STOP_CANCEL)
		return false;
	if (r->within > 0 && next >= r->within) {
		buf_putc(&r->message, ' ');
		message_put(&r->message, "repeat_last n=%d time=%s",
		    r->job.repeat, duration(o->step.within_ms, text));
		return false;
	}
	message_put(&note, "repeat_next n=%d reason=%s time=%s", r->job.repeat,
	    buf_text(&r->message), duration(o->step.every_ms, text));
	status_note(r->job.target->name, "try", note.data);
	buf_clear(&note);
	if (r->job.clean != NULL)
		r->job.clean(&r->job);
	loop_start(&r->loop, 0);
	r->loop.quiet_noted = true;
	r->slot->deadline = next;
	while (stop == STOP_NONE && clock_monotonic() < next)
		stop = loop_poll(&r->loop, NULL, 0, next);
	if (stop != STOP_NONE) {
		buf_putc(&r->message, ' ');
		message_put(
		    &r->message, "repeat_ended n=%d", r->job.repeat + 1);
		return false;
	}
	r->job.repeat++;
	snprintf(line, sizeof(line), "--- try %d ---", r->job.repeat);
	output_line(&r->output, line);
	return true;
}

static void
finish(struct run *r)
{
	struct result end = r->job.result;
	struct recorder_hashes hashes = { .times = "" };
	enum err err = ERR_OK;

	end.exit = r->exit;
	end.tries = r->job.repeat;
	end.contradicted = r->contradicted;
	if (r->output.recorder != NULL) {
		err = recorder_close(
		    r->output.recorder, &end.bytes, &end.dropped, &hashes);
		end.sealed = r->job.spec->sealed ? hashes.sealed : NULL;
		end.hash = hashes.times[0] != '\0' ? hashes.times : NULL;
	}
	r->output.recorder = NULL;
	if (err != ERR_OK) {
		buf_puts(&r->message, r->message.len > 0 ? " " : "");
		message_put(
		    &r->message, "output_unkept reason=%s", strerror(errno));
		if (r->state == STATE_SUCCEEDED)
			r->state = STATE_UNKNOWN;
		end.contradicted = true;
	}
	end.state = state_word(r->state);
	if (r->saved >= 0)
		end.artifact = (struct result_artifact){
			.name = r->job.spec->step.artifact,
			.bytes = r->saved,
			.hash = artifact_hash(r->output.artifact),
			.sealed = r->job.spec->sealed
		};
	end.message = buf_text(&r->message);
	end.captures = r->captures;
	if (status_target(r->job.target->name, &end) != ERR_OK)
		r->keep_files = true;
}

static void
clean_up(struct run *r)
{
	if (!r->keep_files && r->job.clean != NULL)
		r->job.clean(&r->job);
	if (r->job.close != NULL)
		r->job.close(&r->job);
}

/* Opens recording, text and artifact. */
static bool
open_output(struct run *r)
{
	const struct job_spec *o = r->job.spec;
	const char *target = r->job.target->name;

	r->output.recorder = recorder_open(target, o->output_limit, o->step.pty,
	    o->sealed ? o->seal_to : NULL);
	if (r->output.recorder != NULL && o->step.artifact != NULL)
		r->output.artifact = artifact_open(o, target, r->mask);
	if (r->output.recorder == NULL ||
	    (o->step.artifact != NULL && r->output.artifact == NULL)) {
		message_put(
		    &r->message, "output_none_kept reason=%s", strerror(errno));
		return false;
	}
	r->output.redact = r->mask;
	r->output.sealed = o->sealed;
	r->output.mask = mask_stream_new(r->mask);
	if (o->step.pty) {
		r->output.screen = screen_new();
		r->output.text_mask = mask_stream_new(r->mask);
	}
	return true;
}

static bool
prepare(struct run *r)
{
	const struct job_spec *o = r->job.spec;
	struct fault fault;

	r->act = act_find(o->step.kind, r->job.target->kind);
	if (r->act == NULL) {
		message_put(&r->message,
		    "target_kind_wrong kind=%s target=%s target_kind=%s",
		    kind_name(o->step.kind), r->job.target->name,
		    r->job.target->kind);
		return false;
	}
	if (strcmp(r->job.target->kind, "local") == 0 &&
	    confine_forbidden(&r->message))
		return false;
	if (evaluate_new(o, r->mask, &r->output.evaluate, &fault) != ERR_OK ||
	    (o->step.pty &&
		input_session_new(o, &r->output.session, &fault) != ERR_OK)) {
		buf_puts(&r->message, fault.message);
		return false;
	}
	if (!open_output(r))
		return false;
	if (o->step.interactive &&
	    input_session_listen(r->output.session, r->job.target->name) !=
		ERR_OK) {
		message_put(
		    &r->message, "input_none reason=%s", strerror(errno));
		return false;
	}
	if (o->step.every_ms > 0 && o->step.within_ms > 0)
		r->within = clock_monotonic() + o->step.within_ms;
	return true;
}

static void
run_clear(struct run *r)
{
	evaluate_free(r->output.evaluate);
	mask_stream_free(r->output.mask);
	mask_stream_free(r->output.text_mask);
	screen_free(r->output.screen);
	input_session_free(r->output.session);
	buf_clear(&r->output.shown.text);
	buf_clear(&r->output.shown.seen);
	buf_clear(&r->output.shown.plain);
	artifact_close(r->output.artifact, r->saved < 0);
	buf_clear(&r->output.masked);
	buf_clear(&r->job.why);
	buf_clear(&r->message);
	json_object_put(r->captures);
	json_object_put(r->job.result.changed);
	json_object_put(r->job.result.checks);
}

void
target_run(const struct job_spec *spec, const struct job_target *target,
    const struct mask *mask, int parent, struct fanout_slot *slot)
{
	struct job_spec mine;
	struct fault fault;
	struct run r = { .mask = mask,
		.saved = -1,
		.exit = -1,
		.state = STATE_FAILED,
		.slot = slot,
		.job = { .spec = &mine,
		    .target = target,
		    .group = &slot->group,
		    .repeat = 1 } };

	r.job.output = &r.output;
	r.job.loop = &r.loop;
	r.loop.target = target->name;
	r.loop.output = &r.output;
	r.loop.quiet_ms = spec->step.quiet_ms;
	r.loop.beat = &slot->beat;
	loop_init(&r.loop, parent);
	if (job_spec_for_target(spec, target->name, &mine, &fault) != ERR_OK ||
	    fill_folder(&mine, &fault) != ERR_OK) {
		buf_puts(&r.message, fault.message);
	} else if (spec->changed.len > 0) {
		buf_puts(&r.message, spec->changed.data);
	} else if (prepare(&r)) {
		do
			run_once(&r);
		while (wait_for_next(&r));
	}
	finish(&r);
	slot->beat = clock_monotonic();
	slot->state = (int)r.state;
	slot->finished = 1;
	kill(parent, SIGCHLD);
	clean_up(&r);
	run_clear(&r);
	buf_clear(&mine.folder);
	free(mine.values);
}
