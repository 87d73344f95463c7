/*
 * sftp.h: files on an SSH host, by SFTP version 3 as OpenSSH speaks it.
 */
#ifndef EXECUTOR_SSH_SFTP_H
#define EXECUTOR_SSH_SFTP_H

#include <stdbool.h>
#include <stdint.h>

#include "executor/ssh/stream.h"

/* What the server answers, and SFTP_CUT: the conversation is over (->result
 * and ->why say how). */
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

/* Begins the conversation.  Else as ssh_conn_run(). */
enum ssh_result sftp_open(
    struct ssh_conn *l, struct sftp **ret, struct buf *why);
void sftp_close(struct sftp *s);

/* Why it was cut: never SSH_OK after SFTP_CUT. */
enum ssh_result sftp_result(const struct sftp *s);
const char *sftp_why(const struct sftp *s);

/* What the server said with its last code that is no success. */
const char *sftp_said(const struct sftp *s);

enum sftp_code sftp_stat(
    struct sftp *s, const char *path, bool follow, struct sftp_attrs *ret);
enum sftp_code sftp_real(struct sftp *s, const char *path, struct buf *ret);
enum sftp_code sftp_readlink(struct sftp *s, const char *path, struct buf *ret);
enum sftp_code sftp_symlink(
    struct sftp *s, const char *path, const char *content);
enum sftp_code sftp_mkdir(struct sftp *s, const char *path);
enum sftp_code sftp_remove(struct sftp *s, const char *path);

/* In one piece, over a file that is there; SFTP_UNSUPPORTED where the server
 * cannot and there is one. */
enum sftp_code sftp_rename(struct sftp *s, const char *from, const char *to);
enum sftp_code sftp_set(
    struct sftp *s, const char *path, uint32_t mode, int64_t mtime);
enum sftp_code sftp_list(
    struct sftp *s, const char *path, sftp_name_fn fn, void *ctx);

/* Bytes that are free for us there, or -1: the server does not say. */
int64_t sftp_free_space(struct sftp *s, const char *path);

/*
 * One file at a time.  Reading gives the bytes from..size in pieces, *ret_len
 * 0 at the end, which may come before size.  Writing is to a new file, or,
 * where from > 0, goes on in one that is there.  Codes of writing come later,
 * at the latest with sftp_end().
 */
enum sftp_code sftp_read(
    struct sftp *s, const char *path, int64_t from, int64_t size);
enum sftp_code sftp_next(struct sftp *s, const char **ret, size_t *ret_len);
enum sftp_code sftp_write(struct sftp *s, const char *path, int64_t from);
enum sftp_code sftp_put(struct sftp *s, const char *data, size_t len);

/* Waits for what is under way, sets mode and time where mode is not 0, syncs
 * where the server can, and closes the file. */
enum sftp_code sftp_end(struct sftp *s, uint32_t mode, int64_t mtime);

#endif
