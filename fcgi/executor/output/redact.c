/*
 * redact.c: redacts secrets in output, however it is cut into pieces.
 *
 * All forms of all secrets are patterns, sorted.  A bitmap of the pairs of
 * bytes with which patterns begin excludes nearly every position of an output
 * with one lookup.  At the few that remain, each further byte narrows the range
 * of patterns that begin so, by binary search.  At the end of a piece, a
 * position where a pattern could still begin holds back the following bytes
 * until more arrive.  Matches may overlap: the union of them is redacted.
 *
 * An Aho-Corasick automaton was rejected: a private key in all its forms has
 * half a million states, a gigabyte of tables for a step that may use 64 MB.
 * This protects against accidents only: a script that wants to print a secret
 * backwards can.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "executor/output/redact.h"

struct mask_stream {
	const struct mask *mask;
	struct buf held;
	size_t done;         /* bytes of held that were released */
	size_t covered;      /* bytes from there to redact */
	bool redacting;      /* the last output was a redaction */
	bool line_start;     /* held begins a line */
	size_t first_secret; /* the first secret found, from 1 */
};

struct mask_stream *
mask_stream_new(const struct mask *m)
{
	struct mask_stream *s = mem_calloc(1, sizeof(*s));

	s->mask = m;
	s->line_start = true;
	return s;
}

void
mask_stream_free(struct mask_stream *s)
{
	if (s == NULL)
		return;
	buf_clear(&s->held);
	free(s);
}

bool
mask_stream_idle(const struct mask_stream *s)
{
	return s->mask->count == 0;
}

size_t
mask_stream_first_secret(const struct mask_stream *s)
{
	return s->first_secret;
}

void
mask_stream_forget(struct mask_stream *s)
{
	s->first_secret = 0;
}

/*
 * The first pattern from low on whose byte at `depth` is not below c; those
 * from low to high - 1 have that byte, and the ones before it in common.
 */
static size_t
first_of_byte(
    const struct mask *m, size_t low, size_t high, size_t depth, unsigned c)
{
	while (low < high) {
		size_t mid = (low + high) / 2;

		if ((unsigned char)m->patterns[mid].text[depth] < c)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Patterns that begin with the same bytes. */
struct range {
	size_t low;
	size_t high;
};

static struct range
narrow(const struct mask *m, struct range r, size_t depth, unsigned char c)
{
	r.low = first_of_byte(m, r.low, r.high, depth, c);
	r.high = first_of_byte(m, r.low, r.high, depth, c + 1u);
	return r;
}

/* A pattern of the range may still match, if more bytes arrive. */
static bool
is_open(const struct mask *m, struct range r, bool line)
{
	for (; r.low < r.high; r.low++)
		if (line || !m->patterns[r.low].whole_line)
			return true;
	return false;
}

/*
 * The number of bytes to redact from byte i of the held bytes. *ret_more: more
 * bytes could change the answer.
 */
static size_t
match_at(struct mask_stream *s, size_t i, bool *ret_more)
{
	const struct mask *m = s->mask;
	const char *p = s->held.data + i;
	size_t left = s->held.len - i, cover = 0;
	bool line = i > 0 ? p[-1] == '\n' : s->line_start;
	struct range r = { m->starts[(unsigned char)*p],
		m->starts[(unsigned char)*p + 1] };

	for (size_t depth = 1; r.low < r.high && depth < left; depth++) {
		r = narrow(m, r, depth, (unsigned char)p[depth]);
		/* the shortest come first */
		while (r.low < r.high && m->patterns[r.low].len == depth + 1) {
			const struct mask_pattern *t = &m->patterns[r.low++];

			if (t->whole_line && !line)
				continue;
			cover = t->cover > cover ? t->cover : cover;
			if (s->first_secret == 0)
				s->first_secret = t->secret;
		}
	}
	*ret_more = is_open(m, r, line);
	return cover;
}

/*
 * Releases the held bytes from s->done to `upto`, s->covered of them redacted.
 */
static void
release(struct mask_stream *s, size_t upto, struct buf *out)
{
	size_t n = upto - s->done;
	size_t redact = s->covered < n ? s->covered : n;

	if (n == 0)
		return;
	if (redact > 0 && !s->redacting)
		buf_puts(out, MASK_TEXT);
	s->redacting = redact == n;
	buf_put(out, s->held.data + s->done + redact, n - redact);
	s->covered -= redact;
	s->done = upto;
}

/* Drops the released bytes. */
static void
forget(struct mask_stream *s)
{
	if (s->done > 0)
		s->line_start = s->held.data[s->done - 1] == '\n';
	buf_consume(&s->held, s->done);
	s->done = 0;
}

static bool
may_begin(const struct mask *m, const char *p, size_t left)
{
	unsigned pair;

	if (left == 1)
		return m->starts[(unsigned char)*p] <
		    m->starts[(unsigned char)*p + 1];
	pair = mask_pair(p);
	return m->pairs[pair / 8] & 1u << pair % 8;
}

/* The next position from i where a pattern may begin. */
static size_t
next_start(const struct mask *m, const char *p, size_t i, size_t len)
{
	while (i < len && !may_begin(m, p + i, len - i))
		i++;
	return i;
}

void
mask_put(struct mask_stream *s, const char *data, size_t len, struct buf *out)
{
	const struct mask *m = s->mask;
	size_t i;

	if (m->count == 0) {
		buf_put(out, data, len);
		return;
	}
	buf_put(&s->held, data, len);
	for (i = 0;
	     (i = next_start(m, s->held.data, i, s->held.len)) < s->held.len;
	     i++) {
		bool more = false;
		size_t cover = match_at(s, i, &more);

		if (cover > 0 && i > s->done + s->covered)
			release(s, i, out); /* clear text lies between */
		if (cover > 0 && i + cover > s->done + s->covered)
			s->covered = i + cover - s->done;
		if (more)
			break;
	}
	release(s, i, out);
	forget(s);
}

void
mask_finish(struct mask_stream *s, struct buf *out)
{
	const struct mask *m = s->mask;

	/* A short secret that ends the output without a line end. */
	for (size_t k = 0; m->lines && k < m->count && s->line_start; k++) {
		const struct mask_pattern *t = &m->patterns[k];

		if (!t->whole_line || t->cover != s->held.len ||
		    memcmp(t->text, s->held.data, t->cover) != 0)
			continue;
		s->covered = t->cover;
		s->first_secret = s->first_secret == 0 ? t->secret
						       : s->first_secret;
	}
	release(s, s->held.len, out);
	forget(s);
	s->covered = 0;
	s->redacting = false;
	s->line_start = true;
}

void
mask_text(const struct mask *m, const char *text, size_t len, struct buf *out)
{
	struct mask_stream *s = mask_stream_new(m);

	mask_put(s, text, len, out);
	mask_finish(s, out);
	mask_stream_free(s);
}

void
mask_cut_text(
    const struct mask *m, const char *text, size_t len, struct buf *out)
{
	struct mask_stream *s = mask_stream_new(m);

	mask_put(s, text, len, out);
	if (s->held.len >= MASK_SHORTEST)
		s->covered = s->held.len;
	mask_finish(s, out);
	mask_stream_free(s);
}

/*
 * The number of bytes before p that a secret may begin with; 0: too few to
 * reveal anything.
 */
static size_t
cut_before(const struct mask *m, const char *text, size_t p)
{
	struct mask_stream *s = mask_stream_new(m);
	struct buf ignored = { 0 };
	size_t n;

	mask_put(s, text, p, &ignored);
	n = s->held.len >= MASK_SHORTEST ? s->held.len : 0;
	mask_stream_free(s);
	buf_clear(&ignored);
	return n;
}

void
mask_quotes_text(
    const struct mask *m, const char *text, size_t len, struct buf *out)
{
	struct buf whole = { 0 };
	size_t from = 0, cut;

	mask_text(m, text, len, &whole);
	for (size_t p = 0; m->count > 0 && p < whole.len; p++) {
		if (strchr("'\"`.", whole.data[p]) == NULL ||
		    (cut = cut_before(m, whole.data, p)) == 0)
			continue;
		if (p - from > cut) {
			buf_put(out, whole.data + from, p - cut - from);
			from = p - cut;
		}
		if (from == p - cut) /* else a part of it is redacted */
			buf_puts(out, MASK_TEXT);
		from = p;
	}
	buf_put(out, buf_text(&whole) + from, whole.len - from);
	buf_clear(&whole);
}

bool
mask_redacts(const struct mask *m, const char *text, size_t len)
{
	struct buf masked = { 0 };
	bool redacts;

	mask_text(m, text, len, &masked);
	redacts = masked.len != len ||
	    memcmp(buf_text(&masked), text, len) != 0;
	buf_clear(&masked);
	return redacts;
}
