/*
 * list.c: lists of items: the value of a parameter of type list, and the part
 * behind "in" of each=.
 *
 * Items are separated by commas or line breaks, and blanks around them do not
 * count.  An item becomes a value, part of a title and often the name of a
 * target, so its content is bounded here, once.
 */
#include <string.h>

#include "base/json.h"
#include "base/message.h"
#include "base/text.h"
#include "lang/list.h"

#define ITEM_MAX 200 /* bytes */

struct json_object *
list_items(const char *text)
{
	struct json_object *list = json_object_new_array();

	while (*text != '\0') {
		size_t n = strcspn(text, ",\r\n"), from = strspn(text, " \t");
		size_t to = n;

		while (to > from && strchr(" \t", text[to - 1]) != NULL)
			to--;
		if (to > from)
			json_object_array_add(list,
			    json_object_new_string_len(
				text + from, (int)(to - from)));
		text += n + (text[n] != '\0');
	}
	return list;
}

/* {"id", "label"} of {id: label}; NULL: it is another text. */
static struct json_object *
with_label(const char *text)
{
	const char *colon = strstr(text, ": ");
	struct json_object *o;
	struct buf id = { 0 }, label = { 0 };

	if (text[0] != '{' || colon == NULL || !text_ends(text, "}"))
		return NULL;
	o = json_object_new_object();
	buf_put(&id, text + 1, (size_t)(colon - text - 1));
	buf_puts(&label, colon + 2);
	label.data[--label.len] = '\0';
	json_set_text(o, "id", buf_text(&id));
	json_set_text(o, "label", label.data + strspn(label.data, " "));
	buf_clear(&id);
	buf_clear(&label);
	return o;
}

struct json_object *
list_items_labelled(const char *text)
{
	struct json_object *list = list_items(text), *o;

	for (size_t i = 0; i < json_count(list); i++) {
		o = with_label(json_object_get_string(json_at(list, i)));
		if (o != NULL)
			json_object_array_put_idx(list, i, o);
	}
	return list;
}

void
list_join(const char *text, struct buf *out)
{
	struct json_object *list = list_items(text);

	for (size_t i = 0; i < json_count(list); i++)
		buf_printf(out, "%s%s", i > 0 ? "," : "",
		    json_object_get_string(json_at(list, i)));
	json_object_put(list);
}

const char *
list_item_id(struct json_object *item)
{
	return json_object_is_type(item, json_type_string)
	    ? json_object_get_string(item)
	    : json_text(item, "id", "");
}

const char *
list_item_label(struct json_object *item)
{
	return json_object_is_type(item, json_type_string)
	    ? NULL
	    : json_text(item, "label", NULL);
}

static const char *
text_refused(const char *item)
{
	size_t len = strlen(item), n;
	uint32_t cp;

	if (len > ITEM_MAX)
		return MESSAGE("list_item_long");
	for (size_t i = 0; i < len; i += n) {
		n = text_utf8_next(item + i, len - i, &cp);
		if (n == 0)
			return MESSAGE("list_item_utf8");
		if (cp < 0x20 || cp == 0x7f)
			return MESSAGE("list_item_control");
		if (text_is_deceptive(cp))
			return MESSAGE("list_item_invisible");
	}
	return NULL;
}

const char *
list_label_refused(const char *label)
{
	return text_is_blank(label) ? MESSAGE("list_label_blank")
				    : text_refused(label);
}

static const char *
item_refused(struct json_object *item)
{
	const char *id = list_item_id(item), *label = list_item_label(item);
	const char *why = NULL;

	if (id[0] == '-')
		return MESSAGE("list_item_dash");
	if (text_is_blank(id))
		return MESSAGE("list_item_blank");
	if ((why = text_refused(id)) == NULL && label != NULL)
		why = list_label_refused(label);
	return why;
}

const char *
list_refused(struct json_object *list, const char **ret_item)
{
	struct json_object *seen = json_object_new_object();
	const char *why = NULL;
	size_t n = json_count(list);

	*ret_item = "";
	if (n > LIST_MAX_ITEMS)
		why = MESSAGE("list_long");
	for (size_t i = 0; i < n && why == NULL; i++) {
		struct json_object *item = json_at(list, i);

		*ret_item = list_item_id(item);
		if ((why = item_refused(item)) == NULL &&
		    json_object_object_get_ex(seen, *ret_item, NULL))
			why = MESSAGE("list_item_twice");
		json_set_bool(seen, *ret_item, true);
	}
	json_object_put(seen);
	return why;
}
