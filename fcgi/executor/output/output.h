/*
 * output.h: where the output of a target goes: evaluated as it is, then
 * masked and recorded.  What a terminal was sent is recorded so; evaluated
 * and kept is the text that it shows.
 */
#ifndef EXECUTOR_OUTPUT_OUTPUT_H
#define EXECUTOR_OUTPUT_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "executor/output/evaluate.h"
#include "executor/output/artifact.h"
#include "executor/output/redact.h"
#include "executor/output/recorder.h"
#include "executor/tty/screen.h"
#include "executor/tty/input_session.h"

struct output {
	struct evaluate *evaluate;
	const struct mask *redact;
	bool sealed; /* it is said nowhere else */
	struct mask_stream *mask;
	struct recorder *recorder; /* NULL once it is closed */
	struct artifact *artifact; /* NULL: it is not kept */
	bool keeps_other;          /* output_save() is used */
	struct buf masked;
	struct screen *screen;         /* NULL: it is no terminal, */
	struct input_session *session; /* as is this */
	struct mask_stream *text_mask; /* of what the screen shows */
	struct shown shown;
	int64_t last; /* when a byte came */
};

/* Takes bytes that the target printed; they are also kept. */
void output_put(struct output *o, const char *data, size_t len);

/* What is to be kept, where that is another text than what is shown: bytes
 * of it, after a beginning of it. */
void output_save_begin(struct output *o);
void output_save(struct output *o, const char *data, size_t len);

/* Records without evaluating: what an act says itself. */
void output_show(struct output *o, const char *data, size_t len);

/* The target prints no more for now: what the mask held back is recorded. */
void output_pause(struct output *o);

/* Flushes the recording where that is due; when it will be, or 0. */
int64_t output_tick(struct output *o, int64_t now);

/* A terminal: hears its typist on what input_session_fds() waits for, and
 * records the size that it tells. */
void output_hear(struct output *o, const struct pollfd fds[2]);

/* A terminal: appends the last line that it shows, masked, as a sentence for
 * people.  Nothing where there is none, or where the output is sealed. */
void output_last_line(struct output *o, struct buf *out);

/* True where a prompt was neither found nor known to be absent; appends that
 * as sentences. */
bool output_unclear(const struct output *o, struct buf *out);

/* Puts a line of our own between the outputs of two tries. */
void output_line(struct output *o, const char *line);

#endif
