/*
 * pointer.h: JSON Pointer (RFC 6901).
 */
#ifndef EXECUTOR_OUTPUT_POINTER_H
#define EXECUTOR_OUTPUT_POINTER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "executor/output/json_scan.h"

/*
 * Appends the value at the pointer in the JSON text: a string's characters, a
 * number, true or false, or the compact text of an object or array.
 * ERR_INVALID: the text is not JSON, or the pointer is invalid; ERR_NOT_FOUND:
 * there is nothing, or null.  The fault's message is a sentence.
 */
enum err pointer_find(const char *json, size_t len, const char *pointer,
    struct buf *ret, struct fault *fault);

/* The member has that name, or is the element of an array with that index. */
bool pointer_is_member(const struct json_member *m, bool object, size_t index,
    const struct buf *name);

/* The same value as it stands in the text. */
enum err pointer_slice(const char *json, size_t len, const char *pointer,
    struct json_piece *ret, struct fault *fault);

/*
 * Appends the text of a value as pointer_find() does.  ERR_INVALID with a
 * fault: it contains a NUL, which no value of ours can hold.
 */
enum err pointer_text(struct json_piece value, const char *pointer,
    struct buf *ret, struct fault *fault);

#endif
