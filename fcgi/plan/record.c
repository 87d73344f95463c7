/*
 * record.c: writes and reads C structs as JSON objects by tables.
 *
 * The reader is strict: whoever wrote the object is the same version of this
 * code, or a forger.  A key with the value null counts as unknown, so that no
 * two objects mean the same record for a reason that nobody sees.
 */
#include <limits.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "plan/record.h"

#define AT(type, record, offset) ((type *)((char *)(record) + (offset)))
#define GET(type, record, offset) \
	(*(type const *)((const char *)(record) + (offset)))

static enum err
wrong(struct fault *fault, const char *name, const char *what)
{
	return fault_set(fault, ERR_INVALID, "wrong_value", name,
	    "\"%.60s\" %s.", name, what);
}

static struct json_object *
write_list(const struct record_field *f, unsigned in, const void *record)
{
	const char *list = GET(char *, record, f->at);
	size_t count = GET(size_t, record, f->count_at);
	struct json_object *all = count > 0 ? json_object_new_array() : NULL;

	for (size_t i = 0; i < count; i++)
		json_object_array_add(
		    all, record_write(f->of, in, list + i * f->size));
	return all;
}

static struct json_object *
write_texts(const struct record_field *f, const void *record)
{
	const char *const *list = GET(const char *const *, record, f->at);
	size_t count = GET(size_t, record, f->count_at);
	struct json_object *all = count > 0 ? json_object_new_array() : NULL;

	for (size_t i = 0; i < count; i++)
		json_object_array_add(all, json_object_new_string(list[i]));
	return all;
}

static struct json_object *
write_numbers(const struct record_field *f, const void *record)
{
	const int *list = &GET(int, record, f->at);
	size_t count = GET(size_t, record, f->count_at);
	struct json_object *all = count > 0 ? json_object_new_array() : NULL;

	for (size_t i = 0; i < count; i++)
		json_object_array_add(all, json_object_new_int(list[i]));
	return all;
}

static struct json_object *
write_number(const struct record_field *f, int64_t n)
{
	return n == f->absent ? NULL : json_object_new_int64(n);
}

/* NULL: the member has the value of an absent key. */
static struct json_object *
write_member(const struct record_field *f, unsigned in, const void *record)
{
	const char *text;

	switch (f->type) {
	case RECORD_TEXT:
	case RECORD_ID:
	case RECORD_STEP_ID:
		text = GET(char *, record, f->at);
		return text != NULL ? json_object_new_string(text) : NULL;
	case RECORD_INT:
		return write_number(f, GET(int, record, f->at));
	case RECORD_INT64:
		return write_number(f, GET(int64_t, record, f->at));
	case RECORD_FLAG:
		return GET(bool, record, f->at) ? json_object_new_boolean(1)
						: NULL;
	case RECORD_WORD:
		return GET(int, record, f->at) == f->absent
		    ? NULL
		    : json_object_new_string(f->words[GET(int, record, f->at)]);
	case RECORD_OBJECT:
	case RECORD_ARRAY:
		return json_object_get(
		    GET(struct json_object *, record, f->at));
	case RECORD_TEXTS:
		return write_texts(f, record);
	case RECORD_NUMBERS_OF:
		return write_numbers(f, record);
	default:
		return write_list(f, in, record);
	}
}

struct json_object *
record_write(const struct record_field *fields, unsigned in, const void *record)
{
	struct json_object *o = json_object_new_object(), *value;

	for (const struct record_field *f = fields; f->name != NULL; f++)
		if ((f->in & in) != 0 &&
		    (value = write_member(f, in, record)) != NULL)
			json_set(o, f->name, value);
	return o;
}

static enum err
read_text(const struct record_field *f, struct json_object *v, struct arena *a,
    void *record, struct fault *fault)
{
	const char *text = json_object_get_string(v);

	if (!json_object_is_type(v, json_type_string))
		return wrong(fault, f->name, "must be a text");
	if ((f->type == RECORD_ID && !text_is_id(text)) ||
	    (f->type == RECORD_STEP_ID && !text_is_step_id(text)))
		return wrong(fault, f->name, "must be a name");
	*AT(const char *, record, f->at) = arena_strdup(a, text);
	return ERR_OK;
}

static enum err
read_number(const struct record_field *f, struct json_object *v, int64_t *ret,
    struct fault *fault)
{
	int64_t n = json_object_get_int64(v);

	if (!json_object_is_type(v, json_type_int))
		return wrong(fault, f->name, "must be a whole number");
	if (n < f->least || n > f->most)
		return wrong(fault, f->name, "is out of range");
	*ret = n;
	return ERR_OK;
}

static enum err
read_word(const struct record_field *f, struct json_object *v, void *record,
    struct fault *fault)
{
	const char *word = json_object_is_type(v, json_type_string)
	    ? json_object_get_string(v)
	    : "";

	for (int i = 0; f->words[i] != NULL; i++)
		if (strcmp(f->words[i], word) == 0) {
			*AT(int, record, f->at) = i;
			return ERR_OK;
		}
	return wrong(fault, f->name, "is not one of the words that are known");
}

/* The elements of an array of that type, or an error. */
static enum err
read_array(const struct record_field *f, struct json_object *v,
    enum json_type type, size_t *ret_count, struct fault *fault)
{
	size_t n;

	if (!json_object_is_type(v, json_type_array))
		return wrong(fault, f->name, "must be a list");
	n = json_count(v);
	for (size_t i = 0; i < n; i++)
		if (!json_object_is_type(json_at(v, i), type))
			return wrong(
			    fault, f->name, "has an element of another type");
	*ret_count = n;
	return ERR_OK;
}

static enum err
read_texts(const struct record_field *f, struct json_object *v, struct arena *a,
    void *record, struct fault *fault)
{
	const char **list;
	size_t n = 0;
	enum err err = read_array(f, v, json_type_string, &n, fault);

	if (err != ERR_OK)
		return err;
	list = arena_alloc(a, (n + 1) * sizeof(*list));
	for (size_t i = 0; i < n; i++)
		list[i] = arena_strdup(
		    a, json_object_get_string(json_at(v, i)));
	*AT(const char **, record, f->at) = list;
	*AT(size_t, record, f->count_at) = n;
	return ERR_OK;
}

static enum err
read_numbers(const struct record_field *f, struct json_object *v, void *record,
    struct fault *fault)
{
	int *list = AT(int, record, f->at);
	size_t n = 0;
	enum err err = read_array(f, v, json_type_int, &n, fault);
	int64_t number;

	if (err == ERR_OK && n > RECORD_NUMBERS)
		err = wrong(fault, f->name, "has too many elements");
	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		err = read_number(f, json_at(v, i), &number, fault);
		if (err == ERR_OK)
			list[i] = (int)number;
	}
	if (err == ERR_OK)
		*AT(size_t, record, f->count_at) = n;
	return err;
}

static enum err
read_list(const struct record_field *f, unsigned in, struct json_object *v,
    struct arena *a, void *record, struct fault *fault)
{
	size_t n = 0;
	enum err err = read_array(f, v, json_type_object, &n, fault);
	char *list;

	if (err != ERR_OK)
		return err;
	list = arena_alloc(a, (n + 1) * f->size);
	for (size_t i = 0; i < n && err == ERR_OK; i++)
		err = record_read(
		    f->of, in, json_at(v, i), a, list + i * f->size, fault);
	*AT(const void *, record, f->at) = list;
	*AT(size_t, record, f->count_at) = n;
	return err;
}

static enum err
read_json(const struct record_field *f, struct json_object *v, void *record,
    struct fault *fault)
{
	bool object = f->type == RECORD_OBJECT;

	if (!json_object_is_type(
		v, object ? json_type_object : json_type_array))
		return wrong(fault, f->name,
		    object ? "must be an object" : "must be a list");
	*AT(struct json_object *, record, f->at) = v;
	return ERR_OK;
}

static enum err
read_member(const struct record_field *f, unsigned in, struct json_object *v,
    struct arena *a, void *record, struct fault *fault)
{
	int64_t n = 0;
	enum err err;

	switch (f->type) {
	case RECORD_TEXT:
	case RECORD_ID:
	case RECORD_STEP_ID:
		return read_text(f, v, a, record, fault);
	case RECORD_INT:
		if ((err = read_number(f, v, &n, fault)) == ERR_OK)
			*AT(int, record, f->at) = (int)n;
		return err;
	case RECORD_INT64:
		return read_number(f, v, AT(int64_t, record, f->at), fault);
	case RECORD_FLAG:
		if (!json_object_is_type(v, json_type_boolean))
			return wrong(fault, f->name, "must be true or false");
		*AT(bool, record, f->at) = json_object_get_boolean(v);
		return ERR_OK;
	case RECORD_WORD:
		return read_word(f, v, record, fault);
	case RECORD_OBJECT:
	case RECORD_ARRAY:
		return read_json(f, v, record, fault);
	case RECORD_TEXTS:
		return read_texts(f, v, a, record, fault);
	case RECORD_NUMBERS_OF:
		return read_numbers(f, v, record, fault);
	default:
		return read_list(f, in, v, a, record, fault);
	}
}

void
record_init(const struct record_field *fields, void *record)
{
	for (const struct record_field *f = fields; f->name != NULL; f++) {
		if (f->count_at != 0)
			*AT(size_t, record, f->count_at) = 0;
		if (f->type == RECORD_INT || f->type == RECORD_WORD)
			*AT(int, record, f->at) = (int)f->absent;
		else if (f->type == RECORD_INT64)
			*AT(int64_t, record, f->at) = f->absent;
		else if (f->type == RECORD_FLAG)
			*AT(bool, record, f->at) = false;
		else if (f->type != RECORD_NUMBERS_OF)
			*AT(const void *, record, f->at) = NULL;
	}
}

static const struct record_field *
find_field(const struct record_field *fields, unsigned in, const char *name)
{
	for (const struct record_field *f = fields; f->name != NULL; f++)
		if ((f->in & in) != 0 && strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

/* A text that must be there, or a word without a value for an absent key. */
static bool
is_required(const struct record_field *f)
{
	return (f->type == RECORD_TEXT || f->type == RECORD_ID ||
		   f->type == RECORD_STEP_ID || f->type == RECORD_OBJECT ||
		   f->type == RECORD_ARRAY)
	    ? f->least > 0
	    : f->type == RECORD_WORD && f->absent < 0;
}

enum err
record_read(const struct record_field *fields, unsigned in,
    struct json_object *o, struct arena *arena, void *record,
    struct fault *fault)
{
	enum err err = ERR_OK;

	record_init(fields, record);
	if (!json_object_is_type(o, json_type_object))
		return fault_set(fault, ERR_INVALID, "json", NULL,
		    "A JSON object is expected.");
	json_object_object_foreach (o, key, value) {
		const struct record_field *f = find_field(fields, in, key);

		if (f == NULL)
			return fault_set(fault, ERR_INVALID, "unknown_field",
			    key, "There is no field \"%.60s\" here.", key);
		err = read_member(f, in, value, arena, record, fault);
		if (err != ERR_OK)
			return err;
	}
	for (const struct record_field *f = fields; f->name != NULL; f++)
		if ((f->in & in) != 0 && is_required(f) &&
		    json_get(o, f->name) == NULL)
			return fault_set(fault, ERR_INVALID, "missing_field",
			    f->name, "\"%s\" is missing.", f->name);
	return ERR_OK;
}
