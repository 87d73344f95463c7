/*
 * catalogue.c: the texts of static/messages/ in each language.
 *
 * The files are part of each program (Makefile), so that the command line has
 * the same texts as the pages.  Templates read them as {{_.t.key}}.  Texts that
 * C composes ("Run on fate-mysql") have {names} to fill in, so that each
 * language has its own order; "{count} {count|step|steps}" takes a word by the
 * number.  Missing texts are English.
 */
#include <stdlib.h>
#include <string.h>

#include "base/catalogue.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/message.h"
#include "base/text.h"

static const struct {
	const char *name;
	const char *json;
} languages[] = {
	{
	    CATALOGUE_DEFAULT,
#include "messages-en.inc"
	},
	{
	    "zh-CN",
#include "messages-zh-CN.inc"
	},
};

enum { LANGUAGES = sizeof(languages) / sizeof(languages[0]) };

struct catalogue {
	struct json_object *texts[LANGUAGES];
};

static void
fill_from(struct json_object *o, struct json_object *reference)
{
	json_object_object_foreach (reference, key, value) {
		if (json_get(o, key) == NULL)
			json_object_object_add(o, key, json_object_get(value));
	}
}

struct catalogue *
catalogue_new(void)
{
	struct catalogue *c = mem_calloc(1, sizeof(*c));

	for (int i = 0; i < LANGUAGES; i++) {
		if (json_read(languages[i].json, strlen(languages[i].json),
			&c->texts[i], NULL) != ERR_OK)
			log_bug("messages of %s", languages[i].name);
		if (i > 0)
			fill_from(c->texts[i], c->texts[0]);
	}
	return c;
}

void
catalogue_free(struct catalogue *c)
{
	if (c == NULL)
		return;
	for (int i = 0; i < LANGUAGES; i++)
		json_object_put(c->texts[i]);
	free(c);
}

const char *
catalogue_language(const char *name)
{
	for (int i = 1; i < LANGUAGES; i++)
		if (text_eq(name, languages[i].name))
			return languages[i].name;
	return languages[0].name;
}

const char *
catalogue_accept(const char *header)
{
	const char *zh, *en;

	if (header == NULL || (zh = strstr(header, "zh")) == NULL)
		return languages[0].name;
	en = strstr(header, "en");
	return en != NULL && en < zh ? languages[0].name : languages[1].name;
}

int
catalogue_index(const char *lang)
{
	return text_eq(lang, languages[0].name) ? 0 : 1;
}

const char *
catalogue_other(const char *lang)
{
	return text_eq(lang, languages[0].name) ? languages[1].name
						: languages[0].name;
}

struct json_object *
catalogue_all(const struct catalogue *m, const char *lang)
{
	for (int i = 1; i < LANGUAGES; i++)
		if (strcmp(lang, languages[i].name) == 0)
			return m->texts[i];
	return m->texts[0];
}

const char *
catalogue_get(const struct catalogue *c, const char *lang, const char *key)
{
	return json_text(catalogue_all(c, lang), key, NULL);
}

/* A hole of a text: {name}, or {name|one|many}, of which it has one. */
struct hole {
	size_t len; /* with its braces */
	char name[32];
	const char *one, *many; /* NULL: the value itself */
	size_t one_len, many_len;
};

/* The hole at s; false: the brace is a part of the text. */
static bool
read_hole(const char *s, struct hole *ret)
{
	size_t name = strspn(s + 1, "abcdefghijklmnopqrstuvwxyz_0123456789");
	const char *p = s + 1 + name;

	*ret = (struct hole){ 0 };
	if (*s != '{' || name == 0 || name >= sizeof(ret->name))
		return false;
	memcpy(ret->name, s + 1, name);
	if (*p == '|') {
		ret->one = p + 1;
		ret->one_len = strcspn(ret->one, "|{}");
		ret->many = ret->one + ret->one_len + 1;
		if (ret->many[-1] != '|')
			return false;
		ret->many_len = strcspn(ret->many, "|{}");
		p = ret->many + ret->many_len;
	}
	ret->len = (size_t)(p - s) + 1;
	return *p == '}';
}

/* True if the hole takes one of its words, by the number. */
static bool
put_word(const struct hole *h, const char *number, struct buf *out)
{
	if (h->one == NULL)
		return false;
	if (text_eq(number, "1"))
		buf_put(out, h->one, h->one_len);
	else
		buf_put(out, h->many, h->many_len);
	return true;
}

static const char *
value_of(const char *name, const char *const *pairs)
{
	while (pairs[0] != NULL && !text_eq(pairs[0], name))
		pairs += 2;
	return pairs[0] != NULL ? pairs[1] : NULL;
}

void
catalogue_fill(const char *text, const char *const *pairs, struct buf *out)
{
	while (*text != '\0') {
		struct hole h;
		const char *value = read_hole(text, &h)
		    ? value_of(h.name, pairs)
		    : NULL;

		if (value == NULL) {
			buf_putc(out, *text++);
			continue;
		}
		if (!put_word(&h, value, out))
			buf_puts(out, value);
		text += h.len;
	}
}

/* True if a text ends with a full-width character, which no blank follows. */
static bool
is_full_width(const struct buf *b)
{
	const char *s = buf_text(b);

	return b->len >= 3 &&
	    (text_ends(s, "。") || text_ends(s, "；") || text_ends(s, "："));
}

struct render {
	const struct catalogue *catalogue;
	const char *lang;
};

static void render(
    const struct render *r, struct json_object *value, struct buf *out);

/* The hole at s if args has its name: fills it. Returns its length. */
static size_t
put_argument(const struct render *r, const char *s, struct json_object *args,
    struct buf *out)
{
	struct json_object *value;
	struct hole h;

	if (!read_hole(s, &h) || (value = json_get(args, h.name)) == NULL)
		return 0;
	if (!put_word(&h, json_object_get_string(value), out))
		render(r, value, out);
	return h.len;
}

/* A message without a text: its code and arguments, so that nothing is lost. */
static void
put_unknown(
    const struct render *r, struct json_object *message, struct buf *out)
{
	struct json_object *args = json_get(message, "args");

	buf_puts(out, json_text(message, "code", ""));
	if (!json_object_is_type(args, json_type_object))
		return;
	json_object_object_foreach (args, key, value) {
		buf_printf(out, " %s=", key);
		render(r, value, out);
	}
}

static void
put_message(
    const struct render *r, struct json_object *message, struct buf *out)
{
	const char *text = catalogue_get(
	    r->catalogue, r->lang, json_text(message, "code", ""));
	struct json_object *args = json_get(message, "args");
	size_t len;

	if (text == NULL) {
		put_unknown(r, message, out);
		return;
	}
	while (*text != '\0') {
		len = *text == '{' ? put_argument(r, text, args, out) : 0;
		if (len == 0)
			buf_putc(out, *text++);
		else
			text += len;
	}
}

static void
render(const struct render *r, struct json_object *value, struct buf *out)
{
	if (json_object_is_type(value, json_type_string)) {
		const char *s = json_object_get_string(value);

		if (strcmp(s, " ") != 0 || !is_full_width(out))
			buf_puts(out, s);
	} else if (json_object_is_type(value, json_type_array)) {
		for (size_t i = 0; i < json_count(value); i++)
			render(r, json_at(value, i), out);
	} else if (json_object_is_type(value, json_type_object)) {
		put_message(r, value, out);
	}
}

void
catalogue_render(const struct catalogue *c, const char *lang, const char *text,
    struct buf *out)
{
	struct render r = { c, lang };
	struct json_object *value = message_json(text);

	render(&r, value, out);
	json_object_put(value);
}

/* The texts for callers without a catalogue of their own. */
static const struct catalogue *
shared(void)
{
	static struct catalogue *catalogue;

	if (catalogue == NULL)
		catalogue = catalogue_new();
	return catalogue;
}

const char *
catalogue_text(const char *lang, const char *key)
{
	const char *text = catalogue_get(shared(), lang, key);

	return text != NULL ? text : key;
}

static const char *
render_static(const char *lang, const char *text)
{
	static struct buf rendered;

	buf_reset(&rendered);
	catalogue_render(shared(), lang, text, &rendered);
	return buf_text(&rendered);
}

const char *
catalogue_english(const char *text)
{
	return render_static(CATALOGUE_DEFAULT, text);
}

/* A locale such as zh_CN.UTF-8; the texts are UTF-8, so it must be, too. */
static const char *
language_of_locale(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	const char *locale = NULL;

	for (size_t i = 0; i < 3 && (locale == NULL || *locale == '\0'); i++)
		locale = getenv(names[i]);
	return locale != NULL && text_starts(locale, "zh") &&
		(strstr(locale, "UTF-8") != NULL ||
		    strstr(locale, "utf8") != NULL)
	    ? "zh-CN"
	    : CATALOGUE_DEFAULT;
}

const char *
catalogue_local(const char *text)
{
	return render_static(language_of_locale(), text);
}
