/*
 * suggest.h: "did you mean".
 */
#ifndef LANG_SUGGEST_H
#define LANG_SUGGEST_H

/* The word of the NULL-terminated list that is closest to it, or NULL. */
const char *suggest(const char *word, const char *const *words);

#endif
