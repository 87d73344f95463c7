/*
 * buf.c: bytes that grow.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

void
buf_clear(struct buf *b)
{
	free(b->data);
	*b = (struct buf){ 0 };
}

void
buf_reset(struct buf *b)
{
	b->len = 0;
	if (b->data != NULL)
		b->data[0] = '\0';
}

char *
buf_reserve(struct buf *b, size_t more)
{
	size_t want = b->len + more + 1;

	if (want > b->cap) {
		b->cap = b->cap * 2 > want ? b->cap * 2 : want;
		if (b->cap < 64)
			b->cap = 64;
		b->data = mem_realloc(b->data, b->cap, 1);
	}
	return b->data + b->len;
}

void
buf_put(struct buf *b, const void *data, size_t len)
{
	char *to = buf_reserve(b, len);

	if (len > 0)
		memcpy(to, data, len);
	to[len] = '\0';
	b->len += len;
}

void
buf_puts(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

void
buf_putc(struct buf *b, char c)
{
	buf_put(b, &c, 1);
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf_reserve(b, 127), 128, fmt, ap);
	va_end(ap);
	if (n >= 128) {
		va_start(ap, fmt);
		vsnprintf(buf_reserve(b, (size_t)n), (size_t)n + 1, fmt, ap);
		va_end(ap);
	}
	b->len += (size_t)n;
}

void
buf_consume(struct buf *b, size_t n)
{
	if (n == 0)
		return;
	memmove(b->data, b->data + n, b->len - n + 1);
	b->len -= n;
}

const char *
buf_text(const struct buf *b)
{
	return b->data != NULL ? b->data : "";
}

char *
buf_take(struct buf *b)
{
	char *data;

	buf_reserve(b, 0)[0] = '\0';
	data = b->data;
	*b = (struct buf){ 0 };
	return data;
}
