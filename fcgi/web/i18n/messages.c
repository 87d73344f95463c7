/*
 * messages.c: the texts of the pages in each language.
 *
 * Templates read them as {{_.t.key}}. Texts that C composes ("Run on
 * fate-mysql") have {names} to fill in, so that each language has its own
 * order.  Missing texts are English.
 */
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "web/i18n/messages.h"

#define MAX_FILE (256 * 1024)

static const char *const languages[] = { MESSAGES_DEFAULT, "zh-CN" };

enum { LANGUAGES = sizeof(languages) / sizeof(languages[0]) };

struct messages {
	struct json_object *texts[LANGUAGES];
};

static enum err
load_language(const char *folder, const char *lang, struct json_object **ret,
    struct fault *fault)
{
	char *path = mem_printf("%s/%s.json", folder, lang);
	struct buf text = { 0 };
	struct fault why = { 0 };
	enum err err = io_read_file(path, MAX_FILE, &text);

	if (err != ERR_OK)
		fault_set(
		    fault, err, "messages", "", "%s cannot be read", path);
	else if ((err = json_read(buf_text(&text), text.len, ret, &why)) !=
	    ERR_OK)
		fault_set(
		    fault, err, "messages", "", "%s: %s", path, why.message);
	buf_clear(&text);
	free(path);
	return err;
}

static void
fill_from(struct json_object *o, struct json_object *reference)
{
	json_object_object_foreach (reference, key, value) {
		if (json_get(o, key) == NULL)
			json_object_object_add(o, key, json_object_get(value));
	}
}

enum err
messages_load(const char *folder, struct messages **ret, struct fault *fault)
{
	struct messages *m = mem_calloc(1, sizeof(*m));
	enum err err = ERR_OK;

	for (int i = 0; i < LANGUAGES && err == ERR_OK; i++) {
		err = load_language(folder, languages[i], &m->texts[i], fault);
		if (err == ERR_OK && i > 0)
			fill_from(m->texts[i], m->texts[0]);
	}
	if (err == ERR_OK)
		*ret = m;
	else
		messages_free(m);
	return err;
}

void
messages_free(struct messages *m)
{
	if (m == NULL)
		return;
	for (int i = 0; i < LANGUAGES; i++)
		json_object_put(m->texts[i]);
	free(m);
}

const char *
messages_language(const char *name)
{
	for (int i = 1; i < LANGUAGES; i++)
		if (text_eq(name, languages[i]))
			return languages[i];
	return languages[0];
}

const char *
messages_accept(const char *header)
{
	const char *zh, *en;

	if (header == NULL || (zh = strstr(header, "zh")) == NULL)
		return languages[0];
	en = strstr(header, "en");
	return en != NULL && en < zh ? languages[0] : languages[1];
}

int
messages_index(const char *lang)
{
	return lang == languages[0] ? 0 : 1;
}

const char *
messages_other(const char *lang)
{
	return lang == languages[0] ? languages[1] : languages[0];
}

struct json_object *
messages_all(const struct messages *m, const char *lang)
{
	for (int i = 1; i < LANGUAGES; i++)
		if (strcmp(lang, languages[i]) == 0)
			return m->texts[i];
	return m->texts[0];
}

const char *
messages_get(const struct messages *m, const char *lang, const char *key,
    const char *fallback)
{
	return json_text(messages_all(m, lang), key, fallback);
}

/* The value of the {name} at s, or NULL. */
static const char *
value_at(const char *s, const char *const *pairs, size_t *ret_len)
{
	for (; pairs[0] != NULL; pairs += 2) {
		size_t len = strlen(pairs[0]);

		if (strncmp(s + 1, pairs[0], len) == 0 && s[len + 1] == '}') {
			*ret_len = len + 2;
			return pairs[1];
		}
	}
	return NULL;
}

void
messages_fill(const char *text, const char *const *pairs, struct buf *out)
{
	while (*text != '\0') {
		size_t len;
		const char *value = *text == '{' ? value_at(text, pairs, &len)
						 : NULL;

		if (value == NULL) {
			buf_putc(out, *text++);
			continue;
		}
		buf_puts(out, value);
		text += len;
	}
}
