/*
 * card_failures.c: why an attempt failed, in the words of its targets.
 *
 * The last line that a program prints mostly says why it gave up.  Targets with
 * the same exit status and the same last line, but for their own names, failed
 * for the same reason: they are one failure, however many they are.  Of large
 * groups only some outputs are read, as a page may not wait for a thousand
 * files; the others are told apart by exit status and message alone.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "html/url.h"
#include "web/card/card_failures.h"
#include "web/views/model.h"
#include "web/views/output_text.h"
#include "web/views/view_attempts.h"

#define OUTPUTS 200 /* that are read */
#define NAMES 4     /* that are shown */
#define SHOWN 6     /* failures; the others are counted */

/* The text with "…" for the name of the target. */
static const char *
without_name(struct req *req, const char *text, const char *name)
{
	struct buf out = { 0 };
	const char *found, *copy;

	if (text == NULL || *name == '\0' || strstr(text, name) == NULL)
		return text;
	while ((found = strstr(text, name)) != NULL) {
		buf_put(&out, text, (size_t)(found - text));
		buf_puts(&out, "…");
		text = found + strlen(name);
	}
	buf_puts(&out, text);
	copy = arena_strdup(req->arena, buf_text(&out));
	buf_clear(&out);
	return copy;
}

static const char *
quote_of(struct view *v, struct json_object *attempt, struct json_object *t)
{
	if (json_flag(t, "sealed", false) || json_int(t, "bytes", 0) == 0)
		return NULL;
	return output_text_last(
	    v->req, json_text(attempt, "_exec", ""), json_text(t, "name", ""));
}

static struct json_object *
find(struct json_object *list, const char *key)
{
	for (size_t i = 0; i < json_count(list); i++) {
		struct json_object *o = json_at(list, i);

		if (text_eq(json_text(o, "_key", ""), key))
			return o;
	}
	return NULL;
}

/* A failure of one target: `what` and `quote` are as it said them. */
static struct json_object *
new_failure(const char *key, const char *what, const char *quote)
{
	struct json_object *o = json_object_new_object();

	model_text(o, "_key", key);
	model_int(o, "count", 0);
	json_set_text(o, "what", what);
	model_text(o, "quote", quote);
	json_set_text(o, "names", "");
	return o;
}

/* The quote is the message, or its beginning and "…". */
static bool
is_message(const char *quote, const char *message)
{
	size_t len = quote != NULL ? strlen(quote) : 0;

	return text_eq(quote, message) ||
	    (len > 3 && text_ends(quote, "\xe2\x80\xa6") &&
		strncmp(quote, message, len - 3) == 0);
}

static void
add(struct view *v, struct json_object *list, struct json_object *t,
    const char *quote)
{
	struct req *req = v->req;
	const char *name = json_text(t, "name", "");
	const char *message = json_text(t, "message", "");
	const char *what = json_int(t, "exit", 0) != 0
	    ? model_exit(req, json_get(t, "exit"))
	    : without_name(req, message, name);
	const char *said = without_name(
	    req, is_message(quote, message) ? NULL : quote, name);
	const char *key = arena_printf(
	    req->arena, "%s\n%s", what, said != NULL ? said : "");
	struct json_object *o = find(list, key);
	int64_t count;

	if (o == NULL) {
		o = new_failure(key,
		    json_int(t, "exit", 0) != 0 ? what : message,
		    said != NULL ? quote : NULL);
		json_object_array_add(list, o);
	} else if (json_int(o, "count", 0) == 1) {
		json_set_text(o, "what", what);
		json_set(o, "quote",
		    said != NULL ? json_object_new_string(said) : NULL);
	}
	count = json_int(o, "count", 0) + 1;
	json_set_int(o, "count", count);
	if (count <= NAMES)
		json_set_text(o, "names",
		    count == 1 ? name
			       : arena_printf(req->arena, "%s, %s",
				     json_text(o, "names", ""), name));
}

static int
by_count(const void *a, const void *b)
{
	struct json_object *const *x = a, *const *y = b;
	int64_t d = json_int(*y, "count", 0) - json_int(*x, "count", 0);

	return d > 0 ? 1 : d < 0 ? -1 : 0;
}

/* The targets of all failures but the first few, which are dropped. */
static int64_t
drop_rest(struct json_object *list)
{
	size_t n = json_count(list);
	int64_t count = 0;

	for (size_t i = SHOWN; i < n; i++)
		count += json_int(json_at(list, i), "count", 0);
	if (n > SHOWN)
		json_object_array_del_idx(list, SHOWN, n - SHOWN);
	return count;
}

static const char *
count_text(struct view *v, const char *key, int64_t count)
{
	return count <= 0
	    ? NULL
	    : request_fill(v->req, key, "count",
		  arena_printf(v->req->arena, "%" PRId64, count), NULL);
}

/* All that did not succeed, of an attempt that has not all of its targets. */
static struct json_object *
load_failed(struct view *v, struct json_object *attempt, const char *step)
{
	struct json_object *list = request_own(v->req,
	    db_rows_json(db_query(v->req->web->db, STMT_WEB_TARGETS_FAILED,
		INT(v->lifecycle.id), TEXT(step),
		INT(json_int(attempt, "n", 0)))));

	for (size_t i = 0; i < json_count(list); i++) {
		struct json_object *t = json_at(list, i);

		json_set_bool(t, "sealed", json_int(t, "sealed", 0) != 0);
		json_set_text(t, "message",
		    request_message(v->req, json_text(t, "message", "")));
	}
	return list;
}

static struct json_object *
list_of(struct view *v, struct json_object *attempt, const char *step)
{
	struct json_object *targets = view_is_cut(attempt)
	    ? load_failed(v, attempt, step)
	    : json_get(attempt, "targets");
	struct json_object *list = json_object_new_array();
	int outputs = 0;

	for (size_t i = 0; i < json_count(targets); i++) {
		struct json_object *t = json_at(targets, i);

		if (state_in(state_read(t), IN(FAILED) | IN(UNKNOWN)))
			add(v, list, t,
			    outputs++ < OUTPUTS ? quote_of(v, attempt, t)
						: NULL);
	}
	json_object_array_sort(list, by_count);
	return list;
}

/*
 * Of failures whose message asks for a correction of targets.yml: the form of a
 * new run with the values of this one, which keeps the targets that it has.
 */
static const char *
again_url(struct view *v, struct json_object *list)
{
	struct buf url = { 0 };
	const char *copy;
	bool asks = false;

	for (size_t i = 0; !asks && i < json_count(list); i++)
		asks = strstr(json_text(json_at(list, i), "what", ""),
			   "targets.yml") != NULL;
	if (!asks)
		return NULL;
	buf_puts(&url, "/runs/new?runbook=");
	url_put_query(&url, json_text(v->run, "runbook", ""));
	buf_printf(&url, "&from=%" PRId64, v->lifecycle.id);
	copy = arena_strdup(v->req->arena, buf_text(&url));
	buf_clear(&url);
	return copy;
}

void
card_add_failures(struct view *v, struct json_object *o,
    struct json_object *attempt, const char *step)
{
	struct json_object *list = list_of(v, attempt, step);
	int64_t count;

	model_text(o, "again_url", again_url(v, list));
	model_text(o, "failures_rest",
	    count_text(v, "failures_rest", drop_rest(list)));
	for (size_t i = 0; i < json_count(list); i++) {
		struct json_object *each = json_at(list, i);

		count = json_int(each, "count", 0);
		model_bool(each, "is_many", count > 1);
		model_text(each, "more_text",
		    count_text(v, "failures_more", count - NAMES));
	}
	model_bool(
	    o, "is_of_one", json_count(json_get(attempt, "targets")) == 1);
	model_put(o, "failures", list);
}
