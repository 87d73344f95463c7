/* redact.h: redacts secrets in output, however it is cut into pieces. */
#ifndef EXECUTOR_OUTPUT_REDACT_H
#define EXECUTOR_OUTPUT_REDACT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "executor/output/mask.h"

/* The replacement of a secret: six bullets. */
#define MASK_TEXT \
	"\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2" \
	"\xe2\x80\xa2\xe2\x80\xa2"

struct mask_stream; /* one output that is redacted */

struct mask_stream *mask_stream_new(const struct mask *m);
void mask_stream_free(struct mask_stream *s);

/* True if there are no secrets: the output is the input. */
bool mask_stream_idle(const struct mask_stream *s);

/* The secret that was redacted first, counted from 1; 0: none so far. */
size_t mask_stream_first_secret(const struct mask_stream *s);
void mask_stream_forget(struct mask_stream *s);

/*
 * Appends the settled part of the input to out.  A possible beginning of a
 * secret waits for the next call or for mask_finish(), after which the stream
 * begins again.
 */
void mask_put(
    struct mask_stream *s, const char *data, size_t len, struct buf *out);
void mask_finish(struct mask_stream *s, struct buf *out);

/* True if redaction would change the text. */
bool mask_redacts(const struct mask *m, const char *text, size_t len);

/* Appends the whole text, redacted. */
void mask_text(
    const struct mask *m, const char *text, size_t len, struct buf *out);

/*
 * The same for a text whose end may be truncated: four or more bytes there that
 * begin a secret are redacted too.
 */
void mask_cut_text(
    const struct mask *m, const char *text, size_t len, struct buf *out);

/*
 * The same for messages of a server: it may have truncated quoted text, so each
 * quotation mark and full stop may be such an end.
 */
void mask_quotes_text(
    const struct mask *m, const char *text, size_t len, struct buf *out);

#endif
