/*
 * output.h: the output of a target: it is evaluated, then redacted and
 * recorded.  Of a terminal, the recording has the unchanged bytes; evaluated
 * and saved is the text that it shows.
 */
#ifndef EXECUTOR_OUTPUT_OUTPUT_H
#define EXECUTOR_OUTPUT_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

#include "executor/output/evaluate.h"
#include "executor/output/artifact.h"
#include "executor/output/redact.h"
#include "executor/output/recorder.h"
#include "executor/tty/screen.h"
#include "executor/tty/input_session.h"

struct output {
	struct evaluate *evaluate;
	const struct mask *redact;
	bool sealed; /* it appears nowhere else */
	struct mask_stream *mask;
	struct recorder *recorder; /* NULL after it was closed */
	struct artifact *artifact; /* NULL: it is not saved */
	bool saves_other;          /* output_save() provides the artifact */
	struct buf masked;
	struct screen *screen;         /* NULL: it is not a terminal, */
	struct input_session *session; /* likewise */
	struct mask_stream *text_mask; /* of the text on the screen */
	struct shown shown;
	int64_t last; /* time of the last byte */
};

/* Adds bytes that the target printed; they are also saved. */
void output_put(struct output *o, const char *data, size_t len);

/*
 * If the artifact is another text than the shown one: starts it, and adds bytes
 * to it.
 */
void output_save_begin(struct output *o);
void output_save(struct output *o, const char *data, size_t len);

/* Records without evaluating: for messages of an action. */
void output_show(struct output *o, const char *data, size_t len);

/* The target is silent for now: records the bytes that the mask held back. */
void output_pause(struct output *o);

/* Flushes the recording if that is due; returns when it will be, or 0. */
int64_t output_tick(struct output *o, int64_t now);

/*
 * Of a terminal: reads input on the descriptors of input_session_fds(), and
 * records changes of its size.
 */
void output_read_input(struct output *o, const struct pollfd fds[2]);

/*
 * Of a terminal: appends the last line that it shows, redacted, as a sentence
 * for people.  Nothing if there is none, or if the output is sealed.
 */
void output_last_line(struct output *o, struct buf *out);

/*
 * True if a prompt could neither be found nor ruled out; appends sentences
 * about it.
 */
bool output_unclear(const struct output *o, struct buf *out);

/* Adds a line of ours between the outputs of two repeats. */
void output_line(struct output *o, const char *line);

#endif
