/* attribute_values.c: values of attributes that have a form of their own. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/message.h"
#include "base/text.h"
#include "compiler/parse/attribute_values.h"
#include "lang/list.h"
#include "lang/parameter_value.h"
#include "plan/step.h"

bool
attribute_is_mode(const char *value)
{
	size_t n = strspn(value, "01234567");

	return value[n] == '\0' && (n == 3 || n == 4);
}

bool
attribute_is_status(const char *value)
{
	for (const char *s = value;; s += 4) {
		if (*s < '1' || *s > '5' ||
		    (strspn(s + 1, "0123456789") != 2 &&
			!text_starts(s + 1, "xx")))
			return false;
		if (s[3] == '\0')
			return true;
		if (s[3] != ',')
			return false;
	}
}

bool
attribute_is_list(struct arena *arena, const char *value, const char **ret_step,
    const char **ret_pointer)
{
	size_t n = strcspn(value, "~");
	const char *id = arena_strndup(arena, value, n);

	if (!text_is_step_id(id) || (value[n] == '~' && value[n + 1] != '/'))
		return false;
	*ret_step = id;
	*ret_pointer = value[n] == '~' ? value + n + 1 : NULL;
	return true;
}

bool
attribute_is_batch(const char *value, int *ret_targets, int *ret_percent)
{
	size_t len = strlen(value);
	char number[8];
	int64_t n;

	if (len > 1 && len < sizeof(number) && value[len - 1] == '%') {
		memcpy(number, value, len - 1);
		number[len - 1] = '\0';
		if (!text_int(number, 1, 100, &n))
			return false;
		*ret_percent = (int)n;
		return true;
	}
	if (!text_int(value, 1, 10000, &n))
		return false;
	*ret_targets = (int)n;
	return true;
}

const char *
attribute_exit(const char *value, int *codes, size_t *count)
{
	int64_t code;
	char word[8];

	for (;;) {
		size_t n = strcspn(value, ",");

		snprintf(
		    word, sizeof(word), "%.*s", (int)(n < 7 ? n : 7), value);
		if (!text_int(word, 0, 255, &code))
			return MESSAGE("attribute_exit_codes");
		if (*count == 16)
			return MESSAGE("attribute_many_codes");
		codes[(*count)++] = (int)code;
		if (value[n] == '\0')
			return NULL;
		value += n + 1;
	}
}

const char *
attribute_number(const char *value)
{
	static struct parameter number = { .type = PARAMETER_NUMBER,
		.required = true };
	struct buf scratch = { 0 };
	const char *why = parameter_check_value(&number, value, &scratch);

	buf_clear(&scratch);
	return why;
}

const char *
attribute_choices(struct arena *arena, const char *value,
    const char *const **ret, size_t *ret_count)
{
	struct json_object *items = list_items(value);
	size_t n = json_count(items);
	const char **list = arena_alloc(arena, (n + 1) * sizeof(*list));
	const char *item, *why = list_refused(items, &item);

	for (size_t i = 0; i < n; i++)
		list[i] = arena_strdup(
		    arena, json_object_get_string(json_at(items, i)));
	json_object_put(items);
	if (why == NULL && n < 2)
		why = MESSAGE("attribute_choices");
	if (why == NULL) {
		*ret = list;
		*ret_count = n;
	}
	return why;
}

static bool
is_listed(const char *const *list, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i], word) == 0)
			return true;
	return false;
}

const char *
attribute_words(struct arena *arena, const char *value,
    bool (*is_right)(const char *word), const char *why,
    const char *const **ret, size_t *ret_count)
{
	static const char between[] = " \t,";
	const char **list = arena_alloc(
	    arena, (strlen(value) / 2 + 1) * sizeof(*list));
	size_t count = 0, n;

	for (const char *s = value;; s += n) {
		s += strspn(s, between);
		if ((n = strcspn(s, between)) == 0)
			break;
		list[count] = arena_strndup(arena, s, n);
		if (!is_right(list[count]))
			return why;
		if (is_listed(list, count, list[count]))
			return MESSAGE("attribute_word_twice");
		count++;
	}
	*ret = list;
	*ret_count = count;
	return count > 0 ? NULL : why;
}

const char *
attribute_capture(struct arena *arena, const char *value, struct capture *ret)
{
	size_t n = strcspn(value, "=~");

	*ret = (struct capture){ .name = arena_strndup(arena, value, n) };
	if (value[n] == '\0')
		return NULL;
	ret->how = value[n] == '~' ? CAPTURE_REGEX : CAPTURE_POINTER;
	ret->what = value + n + 1;
	if (ret->how == CAPTURE_POINTER && *ret->what != '/' &&
	    *ret->what != '\0')
		return MESSAGE("attribute_pointer");
	return NULL;
}
