/*
 * mem.c: allocation that cannot fail.
 *
 * A process without memory cannot continue; it aborts and its supervisor
 * restarts it.  So callers need no error path.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void *
checked(void *p)
{
	if (p == NULL) {
		fputs("out of memory\n", stderr);
		abort();
	}
	return p;
}

void *
mem_calloc(size_t n, size_t size)
{
	return checked(calloc(n > 0 ? n : 1, size > 0 ? size : 1));
}

void *
mem_realloc(void *old, size_t n, size_t size)
{
	return checked(reallocarray(old, n > 0 ? n : 1, size > 0 ? size : 1));
}

char *
mem_strdup(const char *s)
{
	return s != NULL ? checked(strdup(s)) : NULL;
}

char *
mem_strndup(const char *s, size_t len)
{
	char *copy = checked(malloc(len + 1));

	memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

char *
mem_printf(const char *fmt, ...)
{
	va_list ap;
	char *s = NULL;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	return checked(n >= 0 ? s : NULL);
}

void *
mem_grow(void *array, size_t *cap, size_t n, size_t size)
{
	void **base = array;
	char *element;

	if (n >= *cap) {
		*cap = *cap > 0 ? *cap * 2 : 8;
		*base = mem_realloc(*base, *cap, size);
	}
	element = (char *)*base + n * size;
	memset(element, 0, size);
	return element;
}
