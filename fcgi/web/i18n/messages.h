/* messages.h: the texts of the pages in each language. */
#ifndef WEB_I18N_MESSAGES_H
#define WEB_I18N_MESSAGES_H

#include <json-c/json.h>

#include "base/buf.h"
#include "base/err.h"

#define MESSAGES_DEFAULT "en"

struct messages;

/*
 * Reads FOLDER/en.json and FOLDER/zh-CN.json: objects of texts. Missing ones
 * are taken from English. ERR_IO, ERR_INVALID with a fault.
 */
enum err messages_load(
    const char *folder, struct messages **ret, struct fault *fault);
void messages_free(struct messages *m);

/* The language of that name, or of an Accept-Language header; static text,
 * never NULL. */
const char *messages_language(const char *name);
const char *messages_accept(const char *header);

/* 0 or 1: the index of per-language data. */
int messages_index(const char *lang);

/* The other language, for the switch. */
const char *messages_other(const char *lang);

/* All texts of a language; they belong to m. */
struct json_object *messages_all(const struct messages *m, const char *lang);

/* One text, or the fallback if the key is unknown. */
const char *messages_get(const struct messages *m, const char *lang,
    const char *key, const char *fallback);

/*
 * Appends a text with each {name} replaced by its value; pairs is name, value,
 * name, value, NULL.
 */
void messages_fill(const char *text, const char *const *pairs, struct buf *out);

#endif
