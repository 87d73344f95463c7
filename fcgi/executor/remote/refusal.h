/* refusal.h: the refusals of the programs that targets run, as messages. */
#ifndef EXECUTOR_REMOTE_REFUSAL_H
#define EXECUTOR_REMOTE_REFUSAL_H

#include "base/buf.h"

/*
 * Appends the message of a refusal, "CODE" or "CODE VALUE" in the last line of
 * `text`; all else, such as what the shell says, as it is.  The message also
 * has the arguments target and file ("" if it is about none).
 */
void refusal_message(
    const char *text, const char *target, const char *file, struct buf *out);

#endif
