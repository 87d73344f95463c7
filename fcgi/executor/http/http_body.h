/*
 * http_body.h: the body of one request: text, an artifact, or several parts of
 * either.
 */
#ifndef EXECUTOR_HTTP_HTTP_BODY_H
#define EXECUTOR_HTTP_HTTP_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/arena.h"
#include "executor/actions/act.h"
#include "lang/http/http_file.h"

/* A text, or, if fd is not -1, a file. */
struct payload_piece {
	const char *text;
	off_t len;
	int fd;
};

struct payload {
	struct payload_piece *pieces;
	size_t count;
	off_t total;      /* bytes of all pieces */
	const char *type; /* Content-Type of parts, or NULL */
	size_t piece;     /* position of payload_read() */
	off_t at;
};

/*
 * Opens the body of the filled request.  False: an artifact is missing or
 * unreadable; why gets a sentence.  Texts belong to the arena.  Close in either
 * case.
 */
bool payload_open(struct arena *a, struct job *job,
    const struct http_request *q, struct payload *ret, struct buf *why);
void payload_close(struct payload *p);

/* Reads on; 0 at the end, -1 if a file cannot be read. */
ssize_t payload_read(struct payload *p, char *to, size_t size);

/* Goes back to the beginning. */
void payload_rewind(struct payload *p);

#endif
