/*
 * pointer.c: JSON Pointer (RFC 6901).
 *
 * The result is the text of the value: a number of 20 digits, or 1.10, is not
 * converted. json-c's json_pointer_get() also reads "01" and "1x" as indexes;
 * this code is shorter than a list of exceptions would be, and reports which
 * part was not found.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "executor/output/canonical.h"
#include "executor/output/json_scan.h"
#include "executor/output/pointer.h"

/* Decodes ~1 and ~0 of one part; false: it has another ~. */
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

/* The text of a JSON string. False: it contains a NUL. */
static bool
string_of(struct json_piece p, struct buf *out)
{
	struct json_object *v = NULL;

	buf_reset(out);
	if (memchr(p.s, '\\', p.len) == NULL) {
		buf_put(out, p.s + 1, p.len - 2);
		return true;
	}
	if (json_read(p.s, p.len, &v, NULL) != ERR_OK)
		return false;
	buf_put(out, json_object_get_string(v),
	    (size_t)json_object_get_string_len(v));
	json_object_put(v);
	return true;
}

static bool
is_named(const struct json_member *m, const struct buf *name)
{
	struct buf text = { 0 };
	bool same = string_of(m->name, &text) && text.len == name->len &&
	    memcmp(buf_text(&text), buf_text(name), text.len) == 0;

	buf_clear(&text);
	return same;
}

/* An index without a sign or leading zeros; -1: not an index. */
static int64_t
index_of(const char *name)
{
	int64_t n;

	if (!text_int(name, 0, 1 << 30, &n) || name[0] == '-' ||
	    name[0] == '+' || (name[0] == '0' && name[1] != '\0'))
		return -1;
	return n;
}

bool
pointer_is_member(const struct json_member *m, bool object, size_t index,
    const struct buf *name)
{
	return object ? is_named(m, name)
		      : (int64_t)index == index_of(buf_text(name));
}

/* The number of children with the name; the last in *v. Null does not count. */
static size_t
find_child(struct json_piece *v, const struct buf *name)
{
	bool object = *v->s == '{';
	struct json_member *all;
	size_t count, found = 0;

	if (!object && *v->s != '[')
		return 0;
	all = json_members(*v, &count);
	for (size_t i = 0; i < count; i++) {
		if (!pointer_is_member(&all[i], object, i, name))
			continue;
		found++;
		*v = all[i].value;
	}
	free(all);
	return found > 0 && *v->s == 'n' ? 0 : found;
}

static enum err
walk(struct json_piece *v, const char *pointer, struct fault *fault)
{
	const char *p = pointer;
	struct buf name = { 0 };
	enum err err = ERR_OK;

	while (*p == '/' && err == ERR_OK) {
		size_t n = strcspn(p + 1, "/"), found = 0;

		if (!unescape(p + 1, n, &name))
			err = fault_set(fault, ERR_INVALID, "pointer", NULL,
			    "pointer_tilde pointer=%.80s", pointer);
		else if ((found = find_child(v, &name)) == 0)
			err = fault_set(fault, ERR_NOT_FOUND, "pointer", NULL,
			    "pointer_nothing pointer=%.*s",
			    (int)(p + 1 + n - pointer), pointer);
		else if (found > 1)
			err = fault_set(fault, ERR_INVALID, "pointer", NULL,
			    "pointer_twice pointer=%.*s",
			    (int)(p + 1 + n - pointer), pointer);
		p += n + 1;
	}
	if (err == ERR_OK && *p != '\0')
		err = fault_set(fault, ERR_INVALID, "pointer", NULL,
		    "pointer_slash pointer=%.80s", pointer);
	buf_clear(&name);
	return err;
}

/* Checks that the output is one JSON value without duplicate names. */
static enum err
read_root(
    const char *json, size_t len, struct json_piece *ret, struct fault *fault)
{
	struct json_object *root = NULL;
	struct buf canonical = { 0 };
	struct fault why = { .message = "" };
	bool scans = json_scan(json, len, ret);
	bool ok = scans && canonical_json(json, len, false, &canonical);

	buf_clear(&canonical);
	if (ok)
		return ERR_OK;
	if (!scans && json_read(json, len, &root, &why) == ERR_OK)
		json_object_put(root);
	if (scans)
		return fault_set(
		    fault, ERR_INVALID, "pointer", NULL, "pointer_unreadable");
	return fault_set(fault, ERR_INVALID, "pointer", NULL,
	    "pointer_no_json reason=%s", why.message);
}

enum err
pointer_slice(const char *json, size_t len, const char *pointer,
    struct json_piece *ret, struct fault *fault)
{
	struct json_piece v;
	enum err err = read_root(json, len, &v, fault);

	if (err == ERR_OK)
		err = walk(&v, pointer, fault);
	if (err == ERR_OK && *v.s == 'n')
		err = fault_set(
		    fault, ERR_NOT_FOUND, "pointer", NULL, "pointer_null");
	if (err == ERR_OK)
		*ret = v;
	return err;
}

enum err
pointer_text(struct json_piece value, const char *pointer, struct buf *ret,
    struct fault *fault)
{
	if (*value.s != '"') {
		json_compact(value, ret);
		return ERR_OK;
	}
	if (string_of(value, ret))
		return ERR_OK;
	return fault_set(fault, ERR_INVALID, "pointer", NULL,
	    "pointer_nul pointer=%.80s", pointer);
}

enum err
pointer_find(const char *json, size_t len, const char *pointer, struct buf *ret,
    struct fault *fault)
{
	struct json_piece v;
	enum err err = pointer_slice(json, len, pointer, &v, fault);

	return err == ERR_OK ? pointer_text(v, pointer, ret, fault) : err;
}
