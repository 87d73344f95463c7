/* copy_sum.h: SHA-256 of files, computed on their host. */
#ifndef EXECUTOR_COPY_COPY_SUM_H
#define EXECUTOR_COPY_COPY_SUM_H

#include <stdbool.h>
#include <stdint.h>

#include "executor/ssh/stream.h"

/* `{0}`, and used with an open connection. */
struct copy_sum {
	struct stream *stream;
	char tool[16]; /* "sha256sum", "shasum", or "" */
	uint32_t uid;  /* our user id there */
	bool reported; /* the use of reading was reported */
};

/*
 * Opens the command; ->tool is "" if the host has no program for it.  SSH_LOST
 * or SSH_REFUSED may also mean that the host runs no command.
 */
enum ssh_result copy_sum_open(
    struct copy_sum *s, struct ssh_conn *l, struct buf *why);
void copy_sum_close(struct copy_sum *s);

/*
 * Requests the sum of the file's first len bytes; if len is -1, of all, which
 * are about `size`.
 */
enum ssh_result copy_sum_ask(struct copy_sum *s, const char *path, int64_t len,
    int64_t size, struct buf *why);

/*
 * Waits for the answer, as long as that many bytes may take: 64 hex digits, or
 * "" if the file cannot be read.
 */
enum ssh_result copy_sum_take(
    struct copy_sum *s, char ret[65], struct buf *why);

#endif
