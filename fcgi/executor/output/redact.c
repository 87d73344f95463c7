/*
 * redact.c: redacts secrets in output, however it is cut into pieces.
 *
 * All forms of all secrets are patterns, sorted.  A bitmap of the pairs of
 * bytes with which patterns begin excludes nearly every position of an output
 * with one lookup, and the few that remain are compared with the patterns of
 * that pair.  At the end of a piece, a position where a pattern could still
 * begin holds back the following bytes until more arrive.  Matches may overlap:
 * the union of them is redacted.
 *
 * An Aho-Corasick automaton was rejected: a private key in all its forms has
 * half a million states, a gigabyte of tables for a step that may use 64 MB.
 * Long secrets are also redacted line by line, since they are usually printed
 * so.  This protects against accidents only: a script that wants to print a
 * secret backwards can.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "executor/output/redact.h"
#include "executor/output/redact_forms.h"

#define SHORTEST 4 /* minimum of bytes redacted inside a line */

struct pattern {
	char *text;
	size_t len;
	size_t cover;    /* bytes to redact */
	size_t secret;   /* secret of this form, from 1 */
	bool whole_line; /* only at the beginning of a line */
};

struct mask {
	struct pattern *patterns; /* sorted by text */
	size_t count;
	size_t cap;
	size_t longest;
	size_t secret; /* secret to which forms are added */
	unsigned char first[256];
	unsigned char pair[65536 / 8];
};

struct mask_stream {
	const struct mask *mask;
	struct buf held;
	size_t done;         /* bytes of held that were released */
	size_t covered;      /* bytes from there to redact */
	bool redacting;      /* the last output was a redaction */
	bool line_start;     /* held begins a line */
	size_t first_secret; /* the first secret found, from 1 */
};

static unsigned
pair_of(const char *p)
{
	return (unsigned)(unsigned char)p[0] << 8 | (unsigned char)p[1];
}

static void
add_pattern(
    struct mask *m, const char *text, size_t len, size_t cover, bool whole_line)
{
	struct pattern *p;

	p = mem_grow(&m->patterns, &m->cap, m->count, sizeof(*p));
	m->count++;
	*p = (struct pattern){ mem_calloc(len + 1, 1), len, cover, m->secret,
		whole_line };
	memcpy(p->text, text, len);
	if (len > m->longest)
		m->longest = len;
	m->first[(unsigned char)text[0]] = 1;
	m->pair[pair_of(text) / 8] |= (unsigned char)(1u << pair_of(text) % 8);
}

/* Adds one form of a secret. */
static void
add_form(void *ctx, const char *form, size_t len)
{
	if (len >= SHORTEST)
		add_pattern(ctx, form, len, len, false);
}

static void
add_forms(struct mask *m, const char *s, size_t len)
{
	if (len < SHORTEST)
		return;
	add_pattern(m, s, len, len, false);
	mask_forms(s, len, add_form, m);
}

/* Adds a secret of one to three bytes, as a whole line. */
static void
add_short(struct mask *m, const char *s, size_t len)
{
	static const char ends[] = "\n\r";
	char line[SHORTEST + 1];

	for (size_t i = 0; i < 2; i++) {
		memcpy(line, s, len);
		line[len] = ends[i];
		add_pattern(m, line, len + 1, len, true);
	}
}

static void
add_secret(struct mask *m, const char *s)
{
	size_t len = strlen(s), n;

	if (len > 0 && len < SHORTEST)
		add_short(m, s, len);
	add_forms(m, s, len);
	if (strchr(s, '\n') == NULL)
		return;
	while (*s != '\0') {
		n = strcspn(s, "\r\n");
		add_forms(m, s, n);
		s += n;
		s += strspn(s, "\r\n");
	}
}

static int
by_text(const void *a, const void *b)
{
	const struct pattern *x = a, *y = b;
	size_t n = x->len < y->len ? x->len : y->len;
	int c = memcmp(x->text, y->text, n);

	return c != 0 ? c : (x->len > y->len) - (x->len < y->len);
}

/* Sorts, and drops duplicates. */
static void
sort_patterns(struct mask *m)
{
	size_t n = 0;

	if (m->count == 0)
		return;
	qsort(m->patterns, m->count, sizeof(*m->patterns), by_text);
	for (size_t i = 1; i < m->count; i++) {
		if (by_text(&m->patterns[n], &m->patterns[i]) == 0 &&
		    m->patterns[n].whole_line == m->patterns[i].whole_line)
			free(m->patterns[i].text);
		else
			m->patterns[++n] = m->patterns[i];
	}
	m->count = n + 1;
}

struct mask *
mask_new(const char *const *secrets, size_t count)
{
	struct mask *m = mem_calloc(1, sizeof(*m));

	for (size_t i = 0; i < count; i++) {
		m->secret = i + 1;
		add_secret(m, secrets[i]);
	}
	sort_patterns(m);
	return m;
}

void
mask_free(struct mask *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->count; i++)
		free(m->patterns[i].text);
	free(m->patterns);
	free(m);
}

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

/* Index of the first pattern that begins with this pair of bytes, or later. */
static size_t
first_of_pair(const struct mask *m, unsigned pair)
{
	size_t low = 0, high = m->count;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (pair_of(m->patterns[mid].text) < pair)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
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
	size_t k = left > 1 ? first_of_pair(m, pair_of(p)) : 0;

	for (; k < m->count; k++) {
		const struct pattern *t = &m->patterns[k];

		if (left > 1 && pair_of(t->text) != pair_of(p))
			break;
		if ((t->whole_line && !line) ||
		    memcmp(t->text, p, t->len < left ? t->len : left) != 0)
			continue;
		if (t->len > left)
			*ret_more = true;
		else if (t->cover > cover)
			cover = t->cover;
		if (cover > 0 && s->first_secret == 0)
			s->first_secret = t->secret;
	}
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
		return m->first[(unsigned char)*p];
	pair = pair_of(p);
	return m->pair[pair / 8] & 1u << pair % 8;
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
	for (size_t k = 0; k < m->count && s->line_start; k++) {
		const struct pattern *t = &m->patterns[k];

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
	if (s->held.len >= SHORTEST)
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
	n = s->held.len >= SHORTEST ? s->held.len : 0;
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
