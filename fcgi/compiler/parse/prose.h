/*
 * prose.h: lines of a script that are sentences.
 */
#ifndef COMPILER_PARSE_PROSE_H
#define COMPILER_PARSE_PROSE_H

#include <stdbool.h>
#include <stddef.h>

/* A line of a script that is a sentence: “1. Stop it”, “停止服务”, “-”, “...”
 */
bool looks_like_prose(const char *s, size_t len);

/* The same of a shell, for which a capital letter begins no command: “Run
 * `reboot` if it hangs.”, “or”, “- an item”. */
bool looks_like_a_sentence(const char *s, size_t len);

#endif
