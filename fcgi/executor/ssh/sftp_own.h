/*
 * sftp_own.h: what sftp.c and sftp_file.c share.
 */
#ifndef EXECUTOR_SSH_SFTP_OWN_H
#define EXECUTOR_SSH_SFTP_OWN_H

#include "executor/ssh/sftp_packet.h"

#define SFTP_AHEAD (2u * 1024 * 1024)
#define SFTP_PIECE 32768u /* what every server takes */
#define SFTP_SLOTS (SFTP_AHEAD / SFTP_PIECE)

enum {
	FXP_INIT = 1,
	FXP_VERSION = 2,
	FXP_OPEN = 3,
	FXP_CLOSE = 4,
	FXP_READ = 5,
	FXP_WRITE = 6,
	FXP_LSTAT = 7,
	FXP_SETSTAT = 9,
	FXP_FSETSTAT = 10,
	FXP_OPENDIR = 11,
	FXP_READDIR = 12,
	FXP_REMOVE = 13,
	FXP_MKDIR = 14,
	FXP_REALPATH = 16,
	FXP_STAT = 17,
	FXP_RENAME = 18,
	FXP_READLINK = 19,
	FXP_SYMLINK = 20,
	FXP_STATUS = 101,
	FXP_HANDLE = 102,
	FXP_DATA = 103,
	FXP_NAME = 104,
	FXP_ATTRS = 105,
	FXP_EXTENDED = 200,
	FXP_EXTENDED_REPLY = 201
};

/* An answer. */
struct sftp_reply {
	int type;
	uint32_t id;
	struct sftp_in in;
};

struct sftp_slot {
	uint32_t id;
	int64_t at;
	uint32_t len;
};

struct sftp {
	struct stream *stream;
	uint32_t id;  /* of the last request */
	size_t piece; /* bytes of a read or write */
	bool posix_rename, fsync, statvfs, limits;
	struct buf out, said, why;
	enum ssh_result result;
	size_t held; /* bytes of the answer that is read */
	/* the file that is open */
	struct buf handle;
	int64_t at, asked, size;
	struct sftp_slot slots[SFTP_SLOTS]; /* reads under way, a ring */
	size_t first, count;                /* count: of writes too */
	enum sftp_code failed;              /* of a write */
};

/* Ends the conversation for a reason of ours; SFTP_CUT. */
enum sftp_code sftp_cut(
    struct sftp *s, enum ssh_result result, const char *why);
enum sftp_code sftp_broken(struct sftp *s);

/* A request: begun, filled, sent.  False: cut. */
void sftp_begin(struct sftp *s, int type);
void sftp_put_path(struct sftp *s, const char *path);
void sftp_put_attrs(struct sftp *s, uint32_t mode, int64_t mtime);
bool sftp_send(struct sftp *s);

/* The next answer, which is valid until the next one.  False: cut. */
bool sftp_receive(struct sftp *s, struct sftp_reply *r);

/* The code of an answer that is a status. */
enum sftp_code sftp_code_of(struct sftp *s, struct sftp_reply *r);

/* Send what was filled and wait for a status, or a handle. */
enum sftp_code sftp_ask_status(struct sftp *s);
enum sftp_code sftp_take_handle(struct sftp *s, struct buf *handle);
enum sftp_code sftp_close_handle(struct sftp *s, struct buf *handle);

#endif
