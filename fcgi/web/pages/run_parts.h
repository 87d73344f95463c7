/*
 * run_parts.h: the page of a run as parts, each of which can be sent alone.
 *
 * A part is an element with data-part="NAME", as the bar or an entry of the
 * outline, or a card, whose id is its name.  The page is its frame
 * (_run_main.html) with all parts in it; as long as the frame is the same, the
 * changed parts make the new page of the old one.
 */
#ifndef WEB_PAGES_RUN_PARTS_H
#define WEB_PAGES_RUN_PARTS_H

#include "base/hash.h"
#include "web/http/reply.h"

struct run_part {
	const char *name;
	const char *html;
	size_t len;
};

/* Of the arena of the request. */
struct run_parts {
	struct run_part *all;
	size_t count;
	unsigned char frame[HASH_BYTES]; /* with the names of its parts */
	int64_t seq;                     /* the last event in the page */
	const char *view;                /* reader, language, version */
};

/*
 * Answers with run.html; or, if the request has `parts`, fills these only.
 * Takes the model over, of which "_page" has "outline", "items" and
 * "rollback_items": arrays of objects with a "name".
 */
enum err run_parts_reply(struct req *req, struct reply *reply,
    const char *title, struct json_object *model);

/*
 * Renders the parts of the model, which has the common key "_", into their
 * places: "_page.parts", and "html" of each row of the outline and the items.
 */
enum err run_parts_make(struct req *req, struct json_object *model);

#endif
