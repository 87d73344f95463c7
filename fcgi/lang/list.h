/* list.h: lists as texts, the value of a parameter of type list. */
#ifndef LANG_LIST_H
#define LANG_LIST_H

#include <json-c/json.h>

#include "base/buf.h"

#define LIST_MAX_ITEMS 2000

/* The items between commas or line breaks.  A new array. */
struct json_object *list_items(const char *text);

/* The same of each=, where an item may be written with a label, {id: label}. */
struct json_object *list_items_labelled(const char *text);

/* Appends the items with commas between them: the canonical form. */
void list_join(const char *text, struct buf *out);

/*
 * An item of a list is a text, or {"id", "label"} with a label for people
 * (NULL if it has none).  They belong to the item.
 */
const char *list_item_id(struct json_object *item);
const char *list_item_label(struct json_object *item);

/* NULL, or why an item is refused, and that item. */
const char *list_refused(struct json_object *list, const char **ret_item);

/* NULL, or why the text is no label of an item. */
const char *list_label_refused(const char *label);

#endif
