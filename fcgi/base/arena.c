/*
 * arena.c: memory that is released all at once.
 *
 * Blocks of 16 KB form a list; a larger allocation gets a block of its own.
 * Reset keeps some blocks, because returning them each time makes malloc trim
 * its heap each time.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"

#define BLOCK_SIZE 16384
#define SPARE_BLOCKS 8
#define ALIGN 16

struct block {
	struct block *next;
	size_t used;
	size_t size;
	_Alignas(ALIGN) char data[];
};

struct deferred {
	struct deferred *next;
	void (*release)(void *);
	void *p;
};

struct arena {
	struct block *blocks; /* current block first */
	struct block *spare;  /* all zero */
	struct deferred *deferred;
};

static struct block *
block_new(size_t size)
{
	struct block *b = mem_calloc(1, sizeof(*b) + size);

	b->size = size;
	return b;
}

static void
add_block(struct arena *a)
{
	struct block *b = a->spare;

	if (b != NULL)
		a->spare = b->next;
	else
		b = block_new(BLOCK_SIZE);
	b->next = a->blocks;
	a->blocks = b;
}

struct arena *
arena_new(void)
{
	struct arena *a = mem_calloc(1, sizeof(*a));

	add_block(a);
	return a;
}

static void
run_deferred(struct arena *a)
{
	struct deferred *d;

	while ((d = a->deferred) != NULL) {
		a->deferred = d->next;
		d->release(d->p);
	}
}

void
arena_reset(struct arena *a)
{
	struct block *b, *next;
	int spare = 0;

	run_deferred(a);
	for (b = a->blocks; b != NULL; b = next) {
		next = b->next;
		if (b->size != BLOCK_SIZE || spare++ >= SPARE_BLOCKS) {
			free(b);
			continue;
		}
		memset(b->data, 0, b->used);
		b->used = 0;
		b->next = a->spare;
		a->spare = b;
	}
	a->blocks = NULL;
	add_block(a);
}

void
arena_free(struct arena *a)
{
	struct block *b, *next;

	if (a == NULL)
		return;
	run_deferred(a);
	while ((b = a->spare) != NULL) {
		a->spare = b->next;
		free(b);
	}
	for (b = a->blocks; b != NULL; b = next) {
		next = b->next;
		free(b);
	}
	free(a);
}

void *
arena_alloc(struct arena *a, size_t size)
{
	struct block *b = a->blocks;
	void *p;

	size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if (size > BLOCK_SIZE / 4) {
		b = block_new(size);
		b->next = a->blocks->next;
		a->blocks->next = b;
	} else if (b->used + size > b->size) {
		add_block(a);
		b = a->blocks;
	}
	p = b->data + b->used;
	b->used += size;
	return p;
}

char *
arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *copy = arena_alloc(a, len + 1);

	memcpy(copy, s, len);
	return copy;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return s != NULL ? arena_strndup(a, s, strlen(s)) : NULL;
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	s = arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(s, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return s;
}

void
arena_defer(struct arena *a, void (*release)(void *), void *p)
{
	struct deferred *d = arena_alloc(a, sizeof(*d));

	d->release = release;
	d->p = p;
	d->next = a->deferred;
	a->deferred = d;
}
