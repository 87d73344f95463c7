/*
 * copy_sum.h: SHA-256 of files, made where the files are.
 */
#ifndef EXECUTOR_COPY_COPY_SUM_H
#define EXECUTOR_COPY_COPY_SUM_H

#include <stdbool.h>
#include <stdint.h>

#include "executor/ssh/stream.h"

/* `{0}`, and used with an open link. */
struct copy_sum {
	struct stream *stream;
	char tool[16]; /* "sha256sum", "shasum", or "" */
	uint32_t uid;  /* of whom we are there */
	bool told;     /* that it is done by reading */
};

/* Begins; ->tool is "" where the host has no program for it.  SSH_LOST or
 * SSH_REFUSED may also mean that it runs no command. */
enum ssh_result copy_sum_open(
    struct copy_sum *s, struct ssh_conn *l, struct buf *why);
void copy_sum_close(struct copy_sum *s);

/* Asks for the sum of the file's first len bytes; of all, which are about
 * `size`, where len is -1. */
enum ssh_result copy_sum_ask(struct copy_sum *s, const char *path, int64_t len,
    int64_t size, struct buf *why);

/* Waits for the answer, for as long as so many bytes can take: 64 hex digits,
 * or "" where it cannot be read. */
enum ssh_result copy_sum_take(
    struct copy_sum *s, char ret[65], struct buf *why);

#endif
