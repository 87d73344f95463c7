/* redact_content.h: the texts of a sealed artifact that are secrets. */
#ifndef EXECUTOR_OUTPUT_REDACT_CONTENT_H
#define EXECUTOR_OUTPUT_REDACT_CONTENT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Calls add() for each text: the whole content, its lines, and of JSON the
 * strings and numbers that are values, each with its lines; of a value in
 * base64, as Kubernetes writes secrets, also what it encodes.  `unchanged`: the
 * text stands for others that are added, so that no other form of it is needed.
 */
void content_texts(const char *data, size_t len,
    void (*add)(void *ctx, const char *text, size_t len, bool unchanged),
    void *ctx);

#endif
