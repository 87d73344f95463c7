/* pager.h: lists that pages show fifty rows at a time, in the order of a key.
 */
#ifndef WEB_LIST_PAGER_H
#define WEB_LIST_PAGER_H

#include "web/http/request.h"

#define PAGER_ROWS 50

/* The key behind which the page begins, "" at first; of the address. */
const char *pager_after(const struct req *req);

/* The text that is looked for, of the address; NULL: none. */
const char *pager_filter(const struct req *req);

/*
 * The models that make() returns for the rows of a statement, which was asked
 * for PAGER_ROWS + 1.  Adds q, is_filtered, is_unmatched, and the addresses of
 * the first page and of the next one (NULL: there is none), whose key is the
 * text `key` of the last model.
 */
struct json_object *pager_read(struct req *req, struct json_object *model,
    struct rows *rows,
    struct json_object *(*make)(struct req *req, struct rows *rows),
    const char *path, const char *key);

/*
 * A path with a name in it, as "/users/" NAME "/sessions" (arena); `q`, if
 * there is one, is what is looked for there.
 */
const char *pager_path(struct req *req, const char *before, const char *name,
    const char *behind, const char *q);

/* The page at the path with the same filter behind a key; "": the first. */
const char *pager_url(struct req *req, const char *path, const char *after);

#endif
