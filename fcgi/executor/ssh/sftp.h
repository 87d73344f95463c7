/*
 * sftp.h: files on an SSH host, by SFTP version 3 as OpenSSH speaks it.
 */
#ifndef EXECUTOR_SSH_SFTP_H
#define EXECUTOR_SSH_SFTP_H

#include <stdbool.h>
#include <stdint.h>

#include "executor/ssh/stream.h"

/*
 * The server's status codes, and SFTP_CUT: the session is over (->result and
 * ->why have the reason).
 */
enum sftp_code {
	SFTP_DONE = 0,
	SFTP_EOF = 1,
	SFTP_ABSENT = 2,
	SFTP_DENIED = 3,
	SFTP_FAILURE = 4,
	SFTP_UNSUPPORTED = 8,
	SFTP_CUT = 0x7fff
};

struct sftp_attrs {
	uint32_t mode; /* with the type, as in stat(2) */
	uint32_t uid;
	int64_t size;
	int64_t mtime; /* seconds */
};

struct sftp;

typedef void (*sftp_name_fn)(void *ctx, const char *name, size_t len);

/* Begins the session. On failure like ssh_conn_run(). */
enum ssh_result sftp_open(
    struct ssh_conn *l, struct sftp **ret, struct buf *why);
void sftp_close(struct sftp *s);

/* The reason of SFTP_CUT, behind which it is never SSH_OK. */
enum ssh_result sftp_result(const struct sftp *s);
const char *sftp_why(const struct sftp *s);

/* The server's message for its last error code. */
const char *sftp_message(const struct sftp *s);

enum sftp_code sftp_stat(
    struct sftp *s, const char *path, bool follow, struct sftp_attrs *ret);
enum sftp_code sftp_real(struct sftp *s, const char *path, struct buf *ret);
enum sftp_code sftp_readlink(struct sftp *s, const char *path, struct buf *ret);
enum sftp_code sftp_symlink(
    struct sftp *s, const char *path, const char *content);
enum sftp_code sftp_mkdir(struct sftp *s, const char *path);
enum sftp_code sftp_remove(struct sftp *s, const char *path);

/*
 * Atomic, replaces an existing file; SFTP_UNSUPPORTED if the server cannot
 * replace and there is one.
 */
enum sftp_code sftp_rename(struct sftp *s, const char *from, const char *to);
enum sftp_code sftp_set(
    struct sftp *s, const char *path, uint32_t mode, int64_t mtime);
enum sftp_code sftp_list(
    struct sftp *s, const char *path, sftp_name_fn fn, void *ctx);

/* Bytes free for us, or -1: the server does not report it. */
int64_t sftp_free_space(struct sftp *s, const char *path);

#endif
