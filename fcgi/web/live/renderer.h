/*
 * renderer.h: the process that renders for the live hub, whose loop must not.
 */
#ifndef WEB_LIVE_RENDERER_H
#define WEB_LIVE_RENDERER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "web/web.h"

struct renderer;

/*
 * Starts the process, before the caller opens anything that it should not
 * have.  renderer_free() ends it and waits for that.
 */
struct renderer *renderer_new(struct web *web);
void renderer_free(struct renderer *r);

/* Has renderer_run() called if epoll says so of `ptr`. */
void renderer_watch(struct renderer *r, int epoll, void *ptr);

/* Those to whom a page looks the same: a person's stream, and its language. */
struct audience_id {
	int64_t id;
	int64_t run;
	const char *key; /* of auth_key() */
	const char *lang;
};

/*
 * Asks what changed for the audience since it was asked before.  The answer
 * comes by renderer_run().
 */
void renderer_ask(struct renderer *r, const struct audience_id *who);

/* Nobody is left in that audience. */
void renderer_forget(struct renderer *r, int64_t id);

/*
 * Reads and writes what is possible.  hear() gets each answer: ERR_OK with
 * the JSON of patch_put(); ERR_FORBIDDEN: the audience may not see the page any
 * more; another error: it could not be rendered.  False: the process has
 * ended.
 */
typedef void (*renderer_hear)(
    void *ctx, int64_t id, enum err err, const char *json);
bool renderer_run(struct renderer *r, renderer_hear hear, void *ctx);

#endif
