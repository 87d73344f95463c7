/*
 * topics.h: guesses about what a heading or a sentence is about.
 */
#ifndef IMPORT_TOPICS_H
#define IMPORT_TOPICS_H

#include <stdbool.h>

/* Such a heading has what is to be checked below it. */
bool topic_names_check(const char *title);

/* The text has a backup for its subject, such as a heading. */
bool topic_names_backup(const char *title);

/* It tells to make a backup. */
bool topic_is_backup(const char *title);

/* It leads to a list of which one item is to be chosen. */
bool topic_offers(const char *title);

/* It leads to a list of what is to be done: “do the following:”. */
bool topic_leads(const char *title);

/* The list behind it says what something is about: “see the notes for:”. */
bool topic_explains(const char *title);

/* The list behind it says what a program does, or what is new. */
bool topic_tells(const char *title);

/* The text asks for a rehearsal in a test environment. */
bool topic_names_rehearsal(const char *text);

/* Below such a heading nothing is to be done: “What's new”, “常见问题”. */
bool topic_names_no_task(const char *heading);

/* Below such a heading is what helps when something went wrong. */
bool topic_names_troubles(const char *heading);

/* It says what a word means: “--force : overwrite”. */
bool topic_is_definition(const char *title);

#endif
