/*
 * send_file.h: sends recorded files and ranges of them.
 */
#ifndef WEB_HTTP_SEND_FILE_H
#define WEB_HTTP_SEND_FILE_H

#include "web/http/reply.h"

struct exec_file;

/*
 * Replies with the file, or the range that the request asks for, as nginx does
 * for files: ETag and Last-Modified, 206, 304 and 416.  Several ranges are
 * answered with the whole file.  Takes the file over; it is read as it is sent.
 */
void send_file(struct req *req, struct reply *reply, struct exec_file *file,
    const char *type);

/* The length of a stream, and when it was changed, in seconds since 1970. */
struct stream_facts {
	int64_t size;
	int64_t changed;
};

/* The same with a stream, which it takes over. */
void send_stream(struct req *req, struct reply *reply,
    struct reply_stream stream, struct stream_facts facts, const char *type);

#endif
