/*
 * mask.c: the patterns of a mask: all forms of all secrets, sorted.
 *
 * Long secrets are also redacted line by line, since they are usually printed
 * so, and a long pattern is several, so that little is held back.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "executor/output/mask.h"
#include "executor/output/redact_content.h"
#include "executor/output/redact_forms.h"

#define PIECE 4096            /* a longer pattern is several of these */
#define ALL_FORMS (16 * 1024) /* bytes of a content with all forms */
#define RECENT 1000           /* patterns in which most equal ones are */

/* Most forms of a text are equal; sort_patterns() finds the rest. */
static bool
is_there(const struct mask *m, const char *text, size_t len, bool whole_line)
{
	size_t i = m->count - m->from > RECENT ? m->count - RECENT : m->from;

	for (; i < m->count; i++) {
		const struct mask_pattern *t = &m->patterns[i];

		if (t->len == len && t->whole_line == whole_line &&
		    memcmp(t->text, text, len) == 0)
			return true;
	}
	return false;
}

static void
add_pattern(
    struct mask *m, const char *text, size_t len, size_t cover, bool whole_line)
{
	struct mask_pattern *p;

	if (is_there(m, text, len, whole_line))
		return;
	p = mem_grow(&m->patterns, &m->cap, m->count, sizeof(*p));
	m->count++;
	*p = (struct mask_pattern){ mem_calloc(len + 1, 1), len, cover,
		m->secret, whole_line };
	memcpy(p->text, text, len);
	m->lines |= whole_line;
	m->pairs[mask_pair(text) / 8] |= (unsigned char)(1u
	    << mask_pair(text) % 8);
}

/* Adds one form of a secret, a long one in pieces, of which no one is short. */
static void
add_form(void *ctx, const char *form, size_t len)
{
	size_t n;

	for (; len > PIECE; form += n, len -= n) {
		add_pattern(ctx, form, PIECE, PIECE, false);
		n = len < 2 * PIECE ? len - PIECE : PIECE;
	}
	if (len >= MASK_SHORTEST)
		add_pattern(ctx, form, len, len, false);
}

static void
add_forms(struct mask *m, const char *s, size_t len)
{
	if (len < MASK_SHORTEST)
		return;
	m->from = m->count;
	add_form(m, s, len);
	if (m->few)
		mask_few_forms(s, len, add_form, m);
	else
		mask_forms(s, len, add_form, m);
}

/* Adds a secret of one to three bytes, as a whole line. */
static void
add_short(struct mask *m, const char *s, size_t len)
{
	static const char ends[] = "\n\r";
	char line[MASK_SHORTEST + 1];

	m->from = m->count;
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

	if (len > 0 && len < MASK_SHORTEST)
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

/* Adds a text of a content: unchanged, or in its other forms too. */
static void
add_text(void *ctx, const char *text, size_t len, bool unchanged)
{
	struct mask *m = ctx;

	m->bytes += len;
	m->few = m->bytes > ALL_FORMS;
	m->from = m->count;
	if (unchanged)
		add_form(m, text, len);
	else
		add_forms(m, text, len);
}

static int
by_text(const void *a, const void *b)
{
	const struct mask_pattern *x = a, *y = b;
	size_t n = x->len < y->len ? x->len : y->len;
	int c = memcmp(x->text, y->text, n);

	return c != 0 ? c : (x->len > y->len) - (x->len < y->len);
}

/* Sorts, and drops duplicates. */
static void
sort_patterns(struct mask *m)
{
	size_t n = 0, at = 0;

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
	for (unsigned c = 0; c <= 256; c++) {
		while (
		    at < m->count && (unsigned char)m->patterns[at].text[0] < c)
			at++;
		m->starts[c] = at;
	}
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
mask_add_content(struct mask *m, const char *data, size_t len)
{
	m->secret++;
	m->bytes = 0;
	content_texts(data, len, add_text, m);
	m->few = false;
	sort_patterns(m);
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
