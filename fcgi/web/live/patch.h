/*
 * patch.h: what changed in the page of a run since it was last said, as JSON.
 */
#ifndef WEB_LIVE_PATCH_H
#define WEB_LIVE_PATCH_H

#include "web/pages/run_parts.h"

/* A page as its audience has it: hashes of its parts. */
struct patch_base {
	int64_t seq; /* 0: nothing has been said yet */
	size_t count;
	unsigned char frame[HASH_BYTES];
	unsigned char (*hashes)[HASH_BYTES]; /* owned */
};

/*
 * Appends `{"run":7,"from":40,"seq":44,"view":"ana en 12ab","parts":[["bar",
 * "<div…"]]}`: what makes the page of event 44 out of that of event 40.  At
 * first, "from" is "seq" and there are no parts.  Without "from" the page has
 * to be fetched: its frame has changed, or too much of it.  The base becomes
 * the new page.
 */
void patch_put(struct patch_base *base, int64_t run,
    const struct run_parts *now, struct buf *out);

void patch_base_clear(struct patch_base *base);

#endif
