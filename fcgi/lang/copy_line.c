/*
 * copy_line.c: parses one line of a copy step. Arrow, target and slash are
 * found in the text of the document, so that no value can become one of them.
 */
#include <string.h>

#include "base/message.h"
#include "lang/copy_line.h"
#include "lang/values.h"

static void
read_side(const char *s, size_t len, struct copy_side *ret)
{
	const char *colon = memchr(s, ':', len), *slash = memchr(s, '/', len);

	*ret = (struct copy_side){ .path = s, .path_len = len };
	if (colon == NULL || (slash != NULL && slash < colon) || *s == '{' ||
	    *s == '~')
		return;
	ret->target = s;
	ret->target_len = (size_t)(colon - s);
	ret->path = colon + 1;
	ret->path_len = len - ret->target_len - 1;
}

/* An absolute path, or one that begins with a value. */
static bool
is_path(const struct copy_side *side)
{
	const char *s = side->path;
	size_t len = side->path_len;

	return len > 0 &&
	    (*s == '/' || (len > 1 && s[0] == '~' && s[1] == '/') ||
		(len > 2 && s[0] == '{' && s[1] == '{'));
}

/* The place of the first "*" or "?" outside of values; NULL: none. */
static const char *
find_wildcard(const struct copy_side *side)
{
	size_t at = 0, from = 0, n;
	char name[65];

	while (values_next(side->path, side->path_len, &at, &n, name)) {
		for (; from < at; from++)
			if (strchr("*?", side->path[from]) != NULL)
				return side->path + from;
		from = at += n;
	}
	for (; from < side->path_len; from++)
		if (strchr("*?", side->path[from]) != NULL)
			return side->path + from;
	return NULL;
}

/* Files that match are copied into a folder. */
static const char *
read_wildcards(const char *s, struct copy_text *ret, size_t *ret_at)
{
	const struct copy_side *from = &ret->from;
	const char *first = find_wildcard(from), *to = find_wildcard(&ret->to);
	size_t rest;

	ret->match = first != NULL;
	if (to != NULL) {
		*ret_at += (size_t)(to - s);
		return MESSAGE("copy_wildcard_target");
	}
	if (first == NULL)
		return NULL;
	rest = from->path_len - (size_t)(first - from->path);
	*ret_at += (size_t)(first - s);
	if (memchr(first, '/', rest) != NULL)
		return MESSAGE("copy_wildcard_last");
	return ret->into ? NULL : MESSAGE("copy_wildcard_into");
}

static const char *
read_sides(const char *s, size_t len, struct copy_text *ret, size_t *ret_at)
{
	const char *arrow = memmem(s, len, " -> ", 4), *right;
	size_t right_len;

	if (arrow == NULL || arrow == s || arrow + 4 == s + len)
		return MESSAGE("copy_form");
	right = arrow + 4;
	right_len = len - (size_t)(right - s);
	if (memmem(right, right_len, " -> ", 4) != NULL) {
		*ret_at += (size_t)(arrow - s) + 1;
		return MESSAGE("copy_two_arrows");
	}
	read_side(s, (size_t)(arrow - s), &ret->from);
	read_side(right, right_len, &ret->to);
	if (!is_path(&ret->from) || !is_path(&ret->to))
		return MESSAGE("copy_paths");
	ret->folder = arrow[-1] == '/' && s[len - 1] == '/';
	ret->into = arrow[-1] != '/' && s[len - 1] == '/';
	if (arrow[-1] == '/' && !ret->folder) {
		*ret_at += (size_t)(arrow - s) + 4;
		return MESSAGE("copy_folders");
	}
	return read_wildcards(s, ret, ret_at);
}

const char *
copy_line_read(const char *s, size_t len, struct copy_text *ret, size_t *ret_at)
{
	size_t blank = 0;

	*ret = (struct copy_text){ 0 };
	while (len > 0 && strchr(" \t\r", s[len - 1]) != NULL)
		len--;
	while (blank < len && strchr(" \t", s[blank]) != NULL)
		blank++;
	*ret_at = blank;
	ret->nothing = blank == len || s[blank] == '#';
	return ret->nothing ? NULL
			    : read_sides(s + blank, len - blank, ret, ret_at);
}
