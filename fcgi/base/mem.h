/*
 * mem.h: allocation that cannot fail: exhausted memory is logged and aborts.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* Zeroed memory of n * size bytes; the caller frees it with free(). */
void *mem_calloc(size_t n, size_t size);

/* As realloc() for n * size bytes; new bytes are not zeroed. */
void *mem_realloc(void *old, size_t n, size_t size);

/* Copies that the caller frees; mem_strdup(NULL) is NULL. */
char *mem_strdup(const char *s);
char *mem_strndup(const char *s, size_t len);

/* A formatted string that the caller frees. */
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Makes room for one more element in a growing array: *array of *cap
 * elements of `size` bytes, of which n are used.  Returns the new element,
 * zeroed; the caller increments n.
 */
void *mem_grow(void *array, size_t *cap, size_t n, size_t size);

#endif
