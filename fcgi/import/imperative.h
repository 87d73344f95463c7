/*
 * imperative.h: guesses about sentences: which of them tell somebody to do
 * something.
 */
#ifndef IMPORT_IMPERATIVE_H
#define IMPORT_IMPERATIVE_H

#include <stdbool.h>

/* Behind a number that is no mark of a list in Markdown, “1、”, “(2)”, “②”,
 * “第三步：” or “Step 4:”; NULL: the text begins with none. */
const char *imperative_behind_number(const char *s);

/* The title tells somebody to do something. */
bool imperative_is(const char *title);

/* It tells to make a backup. */
bool imperative_is_backup(const char *title);

/* The text has a backup for its subject, such as a heading. */
bool imperative_names_backup(const char *title);

/* It leads to a list of what is to be done: “do the following:”. */
bool imperative_leads(const char *title);

/* The text asks for a rehearsal in a test environment. */
bool imperative_names_rehearsal(const char *text);

/* The title tells how something is: “The files are in /srv”. */
bool imperative_is_statement(const char *title);

/* Below such a heading nothing is to be done: “What's new”, “常见问题”. */
bool imperative_names_no_task(const char *heading);

#endif
