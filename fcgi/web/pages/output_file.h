/*
 * output_file.h: recorded files as answers.
 */
#ifndef WEB_PAGES_OUTPUT_FILE_H
#define WEB_PAGES_OUTPUT_FILE_H

#include "web/http/reply.h"

/*
 * Replies with a file of an execution of the run req->run.  Ranges work.
 * ERR_NOT_FOUND with a fault.
 */
enum err output_file_send(struct req *req, struct reply *reply,
    const char *exec, const char *name, const char *type);

#endif
