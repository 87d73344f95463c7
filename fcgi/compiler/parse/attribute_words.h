/* attribute_words.h: values of attributes that are lists of words. */
#ifndef COMPILER_PARSE_ATTRIBUTE_WORDS_H
#define COMPILER_PARSE_ATTRIBUTE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

/*
 * The words of a value, with blanks or commas between them.  Returns NULL, or
 * the reason why it is refused: `why` if there is no word or one is not right,
 * or that a word stands in it twice.  The list belongs to the arena.
 */
const char *attribute_words(struct arena *arena, const char *value,
    bool (*is_right)(const char *word), const char *why,
    const char *const **ret, size_t *ret_count);

#endif
