/*
 * output.c: the output of a target: evaluates, redacts and records it.
 *
 * Regexes and captures use the unredacted output; only the recording is
 * redacted.  All bytes pass through the mask before they are written.
 */
#include <string.h>

#include "base/clock.h"
#include "base/message.h"
#include "executor/output/utf8.h"
#include "executor/output/output.h"

#define SETTLE_MS 3000 /* after which a redrawn line is passed on */
#define PIECE 4096

static void
record(struct output *o)
{
	recorder_put(o->recorder, o->masked.data, o->masked.len);
	buf_reset(&o->masked);
}

/* The text that the screen shows: evaluates and records it. */
static void
take_shown(struct output *o)
{
	struct shown *s = &o->shown;

	evaluate_lines(o->evaluate, buf_text(&s->seen), s->seen.len);
	evaluate_save(o->evaluate, buf_text(&s->text), s->text.len);
	input_session_see(o->session, buf_text(&s->plain), s->plain.len);
	if (o->artifact != NULL)
		artifact_put(o->artifact, buf_text(&s->text), s->text.len);
	mask_put(o->text_mask, buf_text(&s->text), s->text.len, &o->masked);
	if (o->recorder != NULL)
		recorder_text(o->recorder, o->masked.data, o->masked.len);
	buf_reset(&o->masked);
	buf_reset(&s->text);
	buf_reset(&s->seen);
	buf_reset(&s->plain);
}

/* Splits the output into pieces, since each may have many states. */
static void
put_terminal(struct output *o, const char *data, size_t len)
{
	for (size_t i = 0; i < len; i += PIECE) {
		screen_put(o->screen, data + i,
		    len - i < PIECE ? len - i : PIECE, &o->shown);
		take_shown(o);
	}
	output_show(o, data, len);
}

void
output_put(struct output *o, const char *data, size_t len)
{
	if (o->screen != NULL) {
		put_terminal(o, data, len);
		return;
	}
	evaluate_put(o->evaluate, data, len);
	if (o->artifact != NULL && !o->saves_other)
		artifact_put(o->artifact, data, len);
	output_show(o, data, len);
}

void
output_save_begin(struct output *o)
{
	o->saves_other = true;
	if (o->artifact != NULL)
		artifact_reset(o->artifact);
}

void
output_save(struct output *o, const char *data, size_t len)
{
	if (o->artifact != NULL)
		artifact_put(o->artifact, data, len);
}

void
output_show(struct output *o, const char *data, size_t len)
{
	o->last = clock_monotonic();
	if (mask_stream_idle(o->mask)) {
		recorder_put(o->recorder, data, len);
		return;
	}
	mask_put(o->mask, data, len, &o->masked);
	record(o);
}

void
output_pause(struct output *o)
{
	if (o->screen != NULL) {
		screen_finish(o->screen, &o->shown);
		take_shown(o);
		mask_finish(o->text_mask, &o->masked);
		recorder_text(o->recorder, o->masked.data, o->masked.len);
		buf_reset(&o->masked);
	}
	mask_finish(o->mask, &o->masked);
	record(o);
	recorder_flush(o->recorder);
}

int64_t
output_tick(struct output *o, int64_t now)
{
	int64_t due;

	if (o->screen != NULL && o->recorder != NULL &&
	    now >= o->last + SETTLE_MS) {
		screen_settle(o->screen, &o->shown);
		take_shown(o);
	}
	due = o->recorder != NULL ? recorder_due(o->recorder) : 0;
	if (due == 0 && o->screen != NULL && now < o->last + SETTLE_MS)
		return o->last + SETTLE_MS;
	if (due == 0 || due > now)
		return due;
	recorder_flush(o->recorder);
	return 0;
}

void
output_line(struct output *o, const char *line)
{
	output_pause(o);
	recorder_put(o->recorder, line, strlen(line));
	if (o->screen != NULL)
		recorder_put(o->recorder, "\r", 1);
	recorder_put(o->recorder, "\n", 1);
	if (o->screen == NULL)
		return;
	recorder_text(o->recorder, line, strlen(line));
	recorder_text(o->recorder, "\n", 1);
}

void
output_read_input(struct output *o, const struct pollfd fds[2])
{
	struct size size;

	input_session_read(o->session, fds);
	size = input_session_size(o->session);
	if (size.columns == 0)
		return;
	screen_resize(o->screen, size.rows, &o->shown);
	take_shown(o);
	if (o->recorder != NULL)
		recorder_resize(o->recorder, size.columns, size.rows);
}

bool
output_unclear(const struct output *o, struct buf *out)
{
	const char *prompt = o->session != NULL
	    ? input_session_unclear(o->session)
	    : NULL;

	if (prompt == NULL)
		return false;
	buf_puts(out, out->len > 0 ? " " : "");
	message_put(out, "output_prompt_unclear prompt=%s", prompt);
	return true;
}

void
output_last_line(struct output *o, struct buf *out)
{
	struct buf line = { 0 }, masked = { 0 }, text = { 0 };
	struct utf8 state = { 0 };

	if (o->session != NULL && !o->sealed)
		input_session_last_line(o->session, &line);
	if (line.len > 0) {
		mask_cut_text(o->redact, line.data, line.len, &masked);
		utf8_put(&state, buf_text(&masked), masked.len, &text);
		buf_putc(out, ' ');
		message_put(out, "output_last_line line=%s", buf_text(&text));
	}
	if (o->session != NULL && input_session_tired(o->session) != NULL) {
		buf_putc(out, ' ');
		message_put(out, "output_tired prompt=%s count=%d",
		    input_session_tired(o->session), INPUT_MOST);
	}
	output_unclear(o, out);
	buf_clear(&line);
	buf_clear(&masked);
	buf_clear(&text);
}
