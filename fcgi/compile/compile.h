/* compile.h: the answer to a request of the keeper. */
#ifndef COMPILE_COMPILE_H
#define COMPILE_COMPILE_H

#include "base/buf.h"
#include "base/err.h"

/*
 * Appends the answer (wire/compile_message.h) to the request.  Opens no file.
 * ERR_INVALID: it is no request.
 */
enum err compile_answer(const char *request, size_t len, struct buf *out);

#endif
