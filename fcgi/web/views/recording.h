/* recording.h: the recording of an output, for players. */
#ifndef WEB_VIEWS_RECORDING_H
#define WEB_VIEWS_RECORDING_H

#include "web/http/reply.h"

/*
 * The reply becomes the asciicast of a target's output.  False: there is no
 * text with times to derive it from.
 */
bool recording_send(
    struct req *req, struct reply *reply, const char *exec, const char *target);

#endif
