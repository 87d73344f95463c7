/*
 * arena.h: memory that is released all at once, such as a request's.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *a);

/* Releases everything allocated and keeps one block for the next round. */
void arena_reset(struct arena *a);

/* Zeroed memory, aligned for any type; owned by the arena. */
void *arena_alloc(struct arena *a, size_t size);

/* Copies owned by the arena; arena_strdup(a, NULL) is NULL. */
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t len);
char *arena_printf(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Calls release(p) when the arena is reset or freed, in reverse order. */
void arena_defer(struct arena *a, void (*release)(void *), void *p);

#endif
