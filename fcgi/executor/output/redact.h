/*
 * redact.h: hides secrets in output, however it is cut into pieces.
 */
#ifndef EXECUTOR_OUTPUT_REDACT_H
#define EXECUTOR_OUTPUT_REDACT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* What stands in place of a secret: six bullets. */
#define MASK_TEXT \
	"\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2" \
	"\xe2\x80\xa2\xe2\x80\xa2"

struct mask;        /* what to hide */
struct mask_stream; /* one output that it is hidden in */

/*
 * Makes a mask of secrets: each as it is, each of its lines, and the forms in
 * which others write them (redact_forms.h).  A secret of one to three
 * bytes would hide every "1" or "yes" of an output, so it is hidden only
 * where it makes up a whole line.  Free with mask_free(), after its streams.
 */
struct mask *mask_new(const char *const *secrets, size_t count);
void mask_free(struct mask *m);

struct mask_stream *mask_stream_new(const struct mask *m);
void mask_stream_free(struct mask_stream *s);

/* There are no secrets: what is put comes out as it is. */
bool mask_stream_idle(const struct mask_stream *s);

/* Which secret was hidden first, counted from 1; 0: none was so far. */
size_t mask_stream_hid(const struct mask_stream *s);
void mask_stream_forget(struct mask_stream *s);

/*
 * Appends to out what is certain of the bytes given so far.  What may be the
 * beginning of a secret waits for the next call or for mask_finish(), after
 * which the stream begins anew.
 */
void mask_put(
    struct mask_stream *s, const char *data, size_t len, struct buf *out);
void mask_finish(struct mask_stream *s, struct buf *out);

/* True: the whole text, masked, would be another one. */
bool mask_redacts(const struct mask *m, const char *text, size_t len);

/* Appends the whole text, masked. */
void mask_text(
    const struct mask *m, const char *text, size_t len, struct buf *out);

/* The same for a text whose end may be cut off: four and more bytes there
 * that a secret begins with are hidden too. */
void mask_cut_text(
    const struct mask *m, const char *text, size_t len, struct buf *out);

/* The same for what a server says: it may have cut what it quotes, so each
 * quotation mark and full stop may be such an end. */
void mask_quotes_text(
    const struct mask *m, const char *text, size_t len, struct buf *out);

#endif
