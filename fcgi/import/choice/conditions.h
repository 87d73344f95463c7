/*
 * conditions.h: guesses about sentences that do not hold for all readers.
 */
#ifndef IMPORT_CONDITIONS_H
#define IMPORT_CONDITIONS_H

#include <stdbool.h>

/* The text tells of something that is done under a condition other than a
 * failure, or only if somebody wants it: “If you use X, …”, “（可选）”. */
bool condition_is(const char *text);

/* The same of its last sentence, which leads to the commands behind it. */
bool condition_leads(const char *text);

/* The words before a command leave it to the reader: “可使用”. */
bool condition_offers(const char *words);

/* Below such a heading is what not every upgrade needs: “自定义”. */
bool condition_names_extras(const char *heading);

#endif
