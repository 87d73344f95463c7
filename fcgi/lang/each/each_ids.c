/*
 * each_ids.c: ids that are unique.
 *
 * A hash table answers whether an id is taken: a document may have 2,000 steps
 * of one title.
 */
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/encode.h"
#include "base/sha256.h"
#include "base/text.h"
#include "lang/each/each_ids.h"

/* Puts the id into the table; false where it is there already. */
bool
ids_take(struct ids *ids, const char *id)
{
	uint32_t hash = 2166136261u;
	const char **slots = ids->slots;

	for (const char *s = id; *s != '\0'; s++)
		hash = (hash ^ (unsigned char)*s) * 16777619u;
	for (hash %= IDS_SLOTS; slots[hash] != NULL;
	     hash = (hash + 1) % IDS_SLOTS)
		if (strcmp(slots[hash], id) == 0)
			return false;
	slots[hash] = id;
	return true;
}

const char *
ids_derive(struct ids *ids, struct arena *arena, const char *base)
{
	const char *id = base;
	int n = 2;

	if (text_eq(ids->base, base))
		n = ids->number + 1;
	for (; !ids_take(ids, id); n++) {
		id = arena_printf(arena, "%s-%d", base, n);
		ids->base = base;
		ids->number = n;
	}
	return id;
}

char *
ids_slug(struct arena *arena, const char *title)
{
	char slug[41];
	const char *s;
	size_t n = 0;

	for (s = title; *s != '\0' && n < 40; s++) {
		char c = *s;

		if (c >= 'A' && c <= 'Z')
			c |= 0x20;
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			slug[n++] = c;
		else if (n > 0 && slug[n - 1] != '-' && c != '\'')
			slug[n++] = '-';
	}
	if (*s != '\0' && memchr(slug + 10, '-', n - 10) != NULL)
		while (slug[n - 1] != '-') /* no word is cut */
			n--;
	while (n > 0 && slug[n - 1] == '-')
		n--;
	slug[n] = '\0';
	/* a single ASCII letter or digit of a Chinese title is no useful id */
	return arena_strdup(arena, n >= 2 ? slug : "");
}

const char *
ids_artifact(struct arena *arena, const char *id)
{
	unsigned char hash[SHA256_BYTES];
	struct buf name = { 0 };
	const char *copy;

	if (text_is_id(id))
		return id;
	sha256(id, strlen(id), hash);
	buf_puts(&name, "output-");
	encode_hex(hash, 8, false, &name);
	copy = arena_strdup(arena, buf_text(&name));
	buf_clear(&name);
	return copy;
}
