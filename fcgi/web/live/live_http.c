/*
 * live_http.c: the small part of HTTP that the hub speaks behind nginx: it
 * parses the head of one GET and writes an event stream. Only nginx can reach
 * the socket, and only by the redirect of an authorized request.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "html/url.h"
#include "web/live/live_http.h"

#define MAX_HEAD (16 * 1024)

/* The path behind /_live/: a run, or nothing if the query has them. */
static bool
read_runs(const char *run, size_t len, struct json_object *query,
    struct live_request *ret)
{
	char text[24];

	ret->many = len == 0;
	if (ret->many) {
		ret->count = cursor_read(json_text(query, "runs", ""), ret->at);
		return ret->count > 0;
	}
	if (len >= sizeof(text))
		return false;
	snprintf(text, sizeof(text), "%.*s", (int)len, run);
	ret->count = 1;
	text_int(json_text(query, "after", "0"), 0, INT64_MAX, &ret->at[0].seq);
	return text_int(text, 1, INT64_MAX, &ret->at[0].run);
}

static bool
read_target(const char *target, size_t len, struct live_request *ret)
{
	const char *mark = memchr(target, '?', len);
	size_t path = mark != NULL ? (size_t)(mark - target) : len;
	struct json_object *query = NULL;
	bool ok = mark == NULL ||
	    url_read_form(mark + 1, len - path - 1, &query) == ERR_OK;

	ok = ok && read_runs(target, path, query, ret);
	snprintf(ret->who, sizeof(ret->who), "%s", json_text(query, "who", ""));
	snprintf(ret->key, sizeof(ret->key), "%s", json_text(query, "key", ""));
	json_object_put(query);
	return ok;
}

int
live_read_request(const char *text, size_t len, struct live_request *ret)
{
	static const char start[] = "GET /_live/";
	struct live_request r = { 0 };
	const char *target = text + sizeof(start) - 1, *end;

	if (len < sizeof(start) - 1)
		return memcmp(text, start, len) == 0 ? 0 : -1;
	if (memcmp(text, start, sizeof(start) - 1) != 0)
		return -1;
	if (memmem(text, len, "\r\n\r\n", 4) == NULL)
		return len < MAX_HEAD ? 0 : -1;
	end = memchr(target, ' ', len - (sizeof(start) - 1));
	if (end == NULL || !read_target(target, (size_t)(end - target), &r))
		return -1;
	*ret = r;
	return 1;
}

void
live_put_event(struct buf *out, const char *event, int64_t run, int64_t id,
    const char *data)
{
	if (id > 0 && run > 0)
		buf_printf(out, "id: %" PRId64 ":%" PRId64 "\n", run, id);
	else if (id > 0)
		buf_printf(out, "id: %" PRId64 "\n", id);
	if (event != NULL)
		buf_printf(out, "event: %s\n", event);
	buf_puts(out, "data: ");
	buf_puts(out, data);
	buf_puts(out, "\n\n");
}
