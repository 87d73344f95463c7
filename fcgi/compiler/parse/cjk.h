/*
 * cjk.h: classifies Chinese, Japanese and Korean characters, for Markdown's
 * rules. Only the compiler includes it.
 */
#ifndef COMPILER_PARSE_CJK_H
#define COMPILER_PARSE_CJK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A letter of a script without blanks between words. */
bool cjk_is_letter(uint32_t cp);

/* “，”, “。”, “：” and similar, and the quotes used in Chinese. */
bool cjk_is_punctuation(uint32_t cp);

/* The character before or at the place, or 0 at an end of the text. */
uint32_t cjk_before(const char *s, size_t at);
uint32_t cjk_at(const char *s, size_t len, size_t at);

#endif
