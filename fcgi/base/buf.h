/*
 * buf.h: bytes that grow.  The content is always followed by a NUL.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>

struct buf {
	char *data; /* NULL until the first byte */
	size_t len;
	size_t cap;
};

/* Releases the content; the buf may be used again.  `struct buf b = {0}`. */
void buf_clear(struct buf *b);

/* Forgets the content and keeps the memory. */
void buf_reset(struct buf *b);

/* Makes room for `more` further bytes and returns where they start. */
char *buf_reserve(struct buf *b, size_t more);

void buf_put(struct buf *b, const void *data, size_t len);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Drops the first n bytes. */
void buf_consume(struct buf *b, size_t n);

/* The content as a string, never NULL; valid until the next change. */
const char *buf_text(const struct buf *b);

/* Hands the content over: the caller frees it; the buf is empty again. */
char *buf_take(struct buf *b);

#endif
