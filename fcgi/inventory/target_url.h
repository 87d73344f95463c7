/*
 * target_url.h: checks the url and headers of an http target in targets.yml.
 */
#ifndef INVENTORY_TARGET_URL_H
#define INVENTORY_TARGET_URL_H

struct yaml_tree;

/*
 * NULL, or why this may not be the url of an http target; and the same for its
 * headers (NULL: none), with the place in *ret_at. Static sentences.
 */
const char *url_refused(const char *url);
const char *headers_refused(
    const struct yaml_tree *map, const struct yaml_tree **ret_at);

/* The same for the name of a header. */
const char *header_name_refused(const char *name);

#endif
