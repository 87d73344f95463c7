/*
 * patch.c: what changed in the page of a run since it was last said, as JSON.
 *
 * The parts of two pages with the same frame have the same names in the same
 * order, so their hashes are compared one by one.  Hashes, not texts: a page of
 * a thousand steps has half a megabyte, its hashes have 32 KB.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "web/live/patch.h"

#define MOST_BYTES ((size_t)128 * 1024) /* of parts; a page is compressed */

static bool
is_same(const unsigned char a[HASH_BYTES], const unsigned char b[HASH_BYTES])
{
	return memcmp(a, b, HASH_BYTES) == 0;
}

/* The changed parts, or NULL if they are too much. */
static struct json_object *
changed(const struct patch_base *base, const struct run_parts *now,
    unsigned char (*hashes)[HASH_BYTES])
{
	struct json_object *parts = json_object_new_array(), *part;
	size_t bytes = 0;

	for (size_t i = 0; i < now->count; i++) {
		if (is_same(hashes[i], base->hashes[i]))
			continue;
		bytes += now->all[i].len;
		part = json_object_new_array();
		json_object_array_add(
		    part, json_object_new_string(now->all[i].name));
		json_object_array_add(part,
		    json_object_new_string_len(
			now->all[i].html, (int)now->all[i].len));
		json_object_array_add(parts, part);
	}
	if (bytes <= MOST_BYTES)
		return parts;
	json_object_put(parts);
	return NULL;
}

static void
add_changes(struct json_object *o, const struct patch_base *base,
    const struct run_parts *now, unsigned char (*hashes)[HASH_BYTES])
{
	struct json_object *parts;

	if (base->seq == 0)
		parts = json_object_new_array();
	else if (!is_same(base->frame, now->frame) || base->count != now->count)
		return;
	else if ((parts = changed(base, now, hashes)) == NULL)
		return;
	json_set_int(o, "from", base->seq == 0 ? now->seq : base->seq);
	json_set(o, "parts", parts);
}

void
patch_put(struct patch_base *base, int64_t run, const struct run_parts *now,
    struct buf *out)
{
	unsigned char(*hashes)[HASH_BYTES] = mem_calloc(
	    now->count + 1, HASH_BYTES);
	struct json_object *o = json_object_new_object();

	for (size_t i = 0; i < now->count; i++)
		hash_two(now->all[i].html, now->all[i].len, NULL, 0, hashes[i]);
	json_set_int(o, "run", run);
	json_set_int(o, "seq", now->seq);
	json_set_text(o, "view", now->view);
	add_changes(o, base, now, hashes);
	buf_puts(out,
	    json_object_to_json_string_ext(
		o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
	free(base->hashes);
	base->hashes = hashes;
	base->count = now->count;
	base->seq = now->seq;
	memcpy(base->frame, now->frame, HASH_BYTES);
}

void
patch_base_clear(struct patch_base *base)
{
	free(base->hashes);
	*base = (struct patch_base){ 0 };
}
