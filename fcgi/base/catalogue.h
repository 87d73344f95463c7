/* catalogue.h: the texts of static/messages/ in each language. */
#ifndef BASE_CATALOGUE_H
#define BASE_CATALOGUE_H

#include <json-c/json.h>

#include "base/buf.h"

#define CATALOGUE_DEFAULT "en"

struct catalogue;

/* The texts that the program was built with. */
struct catalogue *catalogue_new(void);
void catalogue_free(struct catalogue *c);

/* The language of that name, or of an Accept-Language header; static text,
 * never NULL. */
const char *catalogue_language(const char *name);
const char *catalogue_accept(const char *header);

/* 0 or 1: the index of per-language data. */
int catalogue_index(const char *lang);

/* The other language, for the switch. */
const char *catalogue_other(const char *lang);

/* All texts of a language; they belong to c. */
struct json_object *catalogue_all(const struct catalogue *c, const char *lang);

/* One text, or NULL if the key is unknown. */
const char *catalogue_get(
    const struct catalogue *c, const char *lang, const char *key);

/*
 * Appends a text with each {name} replaced by its value, and {name|one|many} by
 * the one word if the value is 1, else by the other; pairs is name, value,
 * name, value, NULL.
 */
void catalogue_fill(
    const char *text, const char *const *pairs, struct buf *out);

/*
 * Appends a string (base/message.h) with its messages in that language. Text
 * between them is appended as it is, such as the messages of older records.
 */
void catalogue_render(const struct catalogue *c, const char *lang,
    const char *text, struct buf *out);

/* One text, or the key if it has none; static. */
const char *catalogue_text(const char *lang, const char *key);

/*
 * The string in English, for logs and recordings, or in the language of the
 * locale, for a terminal (LC_ALL, LC_MESSAGES or LANG, whichever is set first;
 * POSIX, 8.2).  Valid until the next call.
 */
const char *catalogue_english(const char *text);
const char *catalogue_local(const char *text);

#endif
