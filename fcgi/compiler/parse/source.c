/*
 * source.c: the text of a document, its lines, and its diagnostics.
 *
 * The parser works on a copy of the text in which bytes that are not valid
 * UTF-8, and NUL, are replaced by '?': offsets are unchanged, and later stages
 * need not handle them.  Columns count characters, as editors do.  After
 * MAX_DIAGNOSTICS the rest is only counted: a file of another format would
 * otherwise give one message for each of its lines.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/parse/source.h"
#include "base/mem.h"
#include "base/message.h"
#include "base/text.h"
#include "compiler/parse/parse.h"

#define MESSAGE_MAX 2000
#define MAX_DIAGNOSTICS 200

static void
find_lines(struct parse *p)
{
	size_t *line;

	line = mem_grow(&p->lines, &p->lines_cap, 0, sizeof(*line));
	*line = 0;
	p->lines_count = 1;
	for (const char *s = p->src; *(s += strcspn(s, "\r\n")) != '\0'; s++) {
		if (s[0] == '\r' && s[1] == '\n')
			s++;
		line = mem_grow(
		    &p->lines, &p->lines_cap, p->lines_count, sizeof(*line));
		*line = (size_t)(s + 1 - p->src);
		p->lines_count++;
	}
}

/* Replaces bytes that are not text; reports the first of them. */
static void
sanitise(char *s, size_t len, size_t *ret_bad, size_t *ret_nul)
{
	uint32_t cp;
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		n = text_utf8_next(s + i, len - i, &cp);
		if (n > 0 && cp != 0)
			continue;
		if (n == 0 && *ret_bad == NOWHERE)
			*ret_bad = i;
		if (n > 0 && *ret_nul == NOWHERE)
			*ret_nul = i;
		s[i] = '?';
		n = 1;
	}
}

void
source_open(struct parse *p, const char *text, size_t len)
{
	size_t bad = NOWHERE, nul = NOWHERE, whole = len;
	char *copy;

	if (len > RUNBOOK_MAX_BYTES)
		len = RUNBOOK_MAX_BYTES;
	copy = arena_strndup(p->arena, text, len);
	sanitise(copy, len, &bad, &nul);
	p->src = copy;
	p->len = len;
	find_lines(p);
	if (len >= 3 && memcmp(copy, "\xef\xbb\xbf", 3) == 0)
		p->body = 3;
	if (whole > len)
		report(p, SEVERITY_ERROR, 0, "document_bytes bytes=%zu most=%d",
		    whole, RUNBOOK_MAX_BYTES);
	if (nul != NOWHERE)
		report(p, SEVERITY_ERROR, nul, "document_nul");
	if (bad != NOWHERE && (whole == len || bad < len - 3))
		report(p, SEVERITY_ERROR, bad, "document_utf8");
}

int
source_line(const struct parse *p, size_t at)
{
	size_t low = 0, high = p->lines_count;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (p->lines[mid] <= at)
			low = mid;
		else
			high = mid;
	}
	return (int)low;
}

size_t
source_line_start(const struct parse *p, int line)
{
	if (line < 0)
		return 0;
	return (size_t)line < p->lines_count ? p->lines[line] : p->len;
}

/* The end of the line, without its line break. */
size_t
source_line_end(const struct parse *p, int line)
{
	size_t end;

	if (line < 0)
		return 0;
	if ((size_t)line + 1 >= p->lines_count)
		return p->len;
	end = p->lines[line + 1] - 1;
	if (end > p->lines[line] && p->src[end] == '\n' &&
	    p->src[end - 1] == '\r')
		end--;
	return end;
}

void
source_place(const struct parse *p, size_t at, int *ret_line, int *ret_column)
{
	int line, column = 1;

	if (at > p->len)
		at = p->len;
	line = source_line(p, at);
	for (size_t i = p->lines[line]; i < at; i++)
		if (((unsigned char)p->src[i] & 0xc0) != 0x80)
			column++;
	*ret_line = line + 1;
	*ret_column = column;
}

void
report_place(struct parse *p, enum severity severity, int line, int column,
    const char *message)
{
	struct diagnostic *d;

	if (severity == SEVERITY_ERROR)
		p->errors++;
	if (p->diagnostics_count > MAX_DIAGNOSTICS)
		return;
	d = mem_grow(&p->diagnostics, &p->diagnostics_cap,
	    p->diagnostics_count++, sizeof(*d));
	d->severity = severity;
	d->line = line;
	d->column = column;
	d->message = arena_strdup(p->arena, message);
	if (p->diagnostics_count <= MAX_DIAGNOSTICS)
		return;
	d->line = (int)p->lines_count;
	d->severity = SEVERITY_WARNING;
	d->message = MESSAGE("check_more");
}

static void __attribute__((format(printf, 4, 0)))
report_message(struct parse *p, enum severity severity, size_t at,
    const char *fmt, va_list ap)
{
	struct buf message = { 0 };
	int line, column;

	message_vput(&message, fmt, ap);
	message_limit(&message, MESSAGE_MAX);
	source_place(p, at, &line, &column);
	report_place(p, severity, line, column, buf_text(&message));
	buf_clear(&message);
}

void
report(struct parse *p, enum severity severity, size_t at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report_message(p, severity, at, fmt, ap);
	va_end(ap);
}

void
advise(struct parse *p, size_t at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report_message(p, SEVERITY_WARNING, at, fmt, ap);
	va_end(ap);
}

static int
by_place(const void *a, const void *b)
{
	const struct diagnostic *x = a, *y = b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (x->column != y->column)
		return x->column < y->column ? -1 : 1;
	if (x->severity != y->severity)
		return x->severity < y->severity ? -1 : 1;
	return strcmp(x->message, y->message);
}

void
report_sort(struct parse *p)
{
	if (p->diagnostics_count > 1)
		qsort(p->diagnostics, p->diagnostics_count,
		    sizeof(*p->diagnostics), by_place);
}
