/*
 * card_copy.c: the machines of a copy step.
 *
 * A line may name a target on each side, so `on=` does not list all of them:
 * chip, button and host keys cover both ends.
 */
#include <string.h>

#include "base/text.h"
#include "lang/copy_line.h"
#include "web/card/card_copy.h"

static const char *
end_of(struct req *req, const struct step *step, const struct copy_side *side)
{
	return side->target == NULL
	    ? step->on
	    : arena_strndup(req->arena, side->target, side->target_len);
}

static void
add_once(struct json_object *list, const char *text)
{
	for (size_t i = 0; i < json_count(list); i++)
		if (text_eq(json_object_get_string(json_at(list, i)), text))
			return;
	json_object_array_add(list, json_object_new_string(text));
}

/* Calls one(req, list, from, to) for each line that copies. */
static struct json_object *
for_each_line(struct req *req, const struct step *step,
    void (*one)(struct req *, struct json_object *, const char *, const char *))
{
	struct json_object *list = json_object_new_array();
	struct copy_text line;
	const char *s = step->text;
	size_t at;

	while (step->kind == STEP_COPY && *s != '\0') {
		size_t len = strcspn(s, "\n");

		if (copy_line_read(s, len, &line, &at) == NULL && !line.nothing)
			one(req, list, end_of(req, step, &line.from),
			    end_of(req, step, &line.to));
		s += len + (s[len] == '\n');
	}
	return list;
}

static void
add_pair(
    struct req *req, struct json_object *list, const char *from, const char *to)
{
	add_once(list, arena_printf(req->arena, "%s → %s", from, to));
}

static void
add_ends(
    struct req *req, struct json_object *list, const char *from, const char *to)
{
	(void)req;
	add_once(list, from);
	add_once(list, to);
}

struct json_object *
card_copy_pairs(struct req *req, const struct step *step)
{
	return for_each_line(req, step, add_pair);
}

struct json_object *
card_copy_ends(struct req *req, const struct step *step)
{
	return for_each_line(req, step, add_ends);
}
