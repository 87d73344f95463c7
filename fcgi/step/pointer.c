/*
 * pointer.c: JSON Pointer (RFC 6901).
 *
 * json-c's own json_pointer_get() reads "01" and "1x" as indexes and goes
 * through the lenient parser's objects only; ours is shorter than the list of
 * exceptions would be, and says which part was not found.
 */
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "step/pointer.h"

/* Undoes ~1 and ~0 of one part; false: another ~ stands in it. */
static bool
unescape(const char *part, size_t len, struct buf *out)
{
	buf_reset(out);
	for (size_t i = 0; i < len; i++) {
		if (part[i] != '~') {
			buf_putc(out, part[i]);
			continue;
		}
		if (++i >= len || (part[i] != '0' && part[i] != '1'))
			return false;
		buf_putc(out, part[i] == '0' ? '~' : '/');
	}
	return true;
}

static struct json_object *
child(struct json_object *v, const char *name)
{
	int64_t n;

	if (json_object_is_type(v, json_type_object))
		return json_get(v, name);
	if (!json_object_is_type(v, json_type_array) ||
	    !text_int(name, 0, 1 << 30, &n) ||
	    (name[0] == '0' && name[1] != '\0') || name[0] == '-' ||
	    (size_t)n >= json_object_array_length(v))
		return NULL;
	return json_object_array_get_idx(v, (size_t)n);
}

static enum err
walk(struct json_object **v, const char *pointer, struct fault *fault)
{
	const char *p = pointer;
	struct buf name = {0};
	enum err err = ERR_OK;

	while (*p == '/' && err == ERR_OK) {
		size_t n = strcspn(p + 1, "/");

		if (!unescape(p + 1, n, &name))
			err = fault_set(fault, ERR_INVALID, "pointer", NULL,
			    "\"%.80s\" has a ~ that is neither ~0 nor ~1.",
			    pointer);
		else if ((*v = child(*v, buf_text(&name))) == NULL)
			err = fault_set(fault, ERR_NOT_FOUND, "pointer", NULL,
			    "the JSON of the output has nothing at "
			    "\"%.*s\".", (int)(p + 1 + n - pointer), pointer);
		p += n + 1;
	}
	if (err == ERR_OK && *p != '\0')
		err = fault_set(fault, ERR_INVALID, "pointer", NULL,
		    "the JSON pointer \"%.80s\" does not begin with /.",
		    pointer);
	buf_clear(&name);
	return err;
}

enum err
pointer_find(const char *json, size_t len, const char *pointer,
    struct buf *ret, struct fault *fault)
{
	struct json_object *root = NULL, *v;
	struct fault why;
	enum err err;

	if (json_read(json, len, &root, &why) != ERR_OK)
		return fault_set(fault, ERR_INVALID, "pointer", NULL,
		    "the output is not JSON. %s", why.message);
	v = root;
	if ((err = walk(&v, pointer, fault)) != ERR_OK)
		goto out;
	if (v == NULL) {
		err = fault_set(fault, ERR_NOT_FOUND, "pointer", NULL,
		    "the JSON of the output is null.");
		goto out;
	}
	if (json_object_is_type(v, json_type_string))
		buf_put(ret, json_object_get_string(v),
		    (size_t)json_object_get_string_len(v));
	else
		buf_puts(ret, json_write(v));
out:
	json_object_put(root);
	return err;
}
