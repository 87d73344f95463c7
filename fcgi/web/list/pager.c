/*
 * pager.c: lists that pages show fifty rows at a time, in the order of a key.
 *
 * A page begins behind the key of the last row of the page before, so that each
 * costs the same and none is left out when others are added.
 */
#include "html/url.h"
#include "journal/db.h"
#include "web/views/model.h"
#include "web/list/pager.h"

const char *
pager_after(const struct req *req)
{
	return request_query(req, "after");
}

const char *
pager_filter(const struct req *req)
{
	const char *q = request_query(req, "q");

	return *q != '\0' ? q : NULL;
}

const char *
pager_path(struct req *req, const char *before, const char *name,
    const char *behind, const char *q)
{
	struct buf url = { 0 };
	const char *copy;

	buf_puts(&url, before);
	url_put_path(&url, name);
	buf_puts(&url, behind);
	if (q != NULL) {
		buf_puts(&url, "?q=");
		url_put_query(&url, q);
	}
	copy = arena_strdup(req->arena, buf_text(&url));
	buf_clear(&url);
	return copy;
}

const char *
pager_url(struct req *req, const char *path, const char *after)
{
	struct buf url = { 0 };
	const char *copy;

	buf_printf(&url, "%s?after=", path);
	url_put_query(&url, after);
	if (pager_filter(req) != NULL) {
		buf_puts(&url, "&q=");
		url_put_query(&url, pager_filter(req));
	}
	copy = arena_strdup(req->arena, buf_text(&url));
	buf_clear(&url);
	return copy;
}

struct json_object *
pager_read(struct req *req, struct json_object *model, struct rows *rows,
    struct json_object *(*make)(struct req *req, struct rows *rows),
    const char *path, const char *key)
{
	struct json_object *list = json_object_new_array(), *last = NULL;
	bool is_filtered = pager_filter(req) != NULL;
	int count = 0;

	while (db_next(rows) && count++ < PAGER_ROWS)
		json_object_array_add(list, last = make(req, rows));
	db_done(rows);
	model_text(model, "first_url",
	    *pager_after(req) != '\0' ? pager_url(req, path, "") : NULL);
	model_text(model, "next_url",
	    count > PAGER_ROWS ? pager_url(req, path, json_text(last, key, ""))
			       : NULL);
	model_text(model, "q", request_query(req, "q"));
	model_bool(model, "is_filtered", is_filtered);
	model_bool(model, "is_unmatched", is_filtered && count == 0);
	return list;
}
