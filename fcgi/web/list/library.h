/* library.h: what the library shows of each document. */
#ifndef WEB_LIST_LIBRARY_H
#define WEB_LIST_LIBRARY_H

#include "web/http/request.h"

/*
 * Name, title, summary, owner, tags, errors and steps of a document as it is
 * in the folder now; not_in, the environments in which it cannot run, and
 * not_in_text, why; roles_lacking, the roles that it needs and nobody has.
 * `held`, an object of the caller, remembers which roles people have.  A new
 * object, or NULL: it cannot be read.
 */
struct json_object *library_entry(
    struct req *req, const char *name, struct json_object *held);

/* [{name, url}] of tags, each with the search for it.  A new array. */
struct json_object *library_tag_links(struct json_object *tags);

#endif
