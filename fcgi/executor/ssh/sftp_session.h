/* sftp_session.h: the requests and replies of an SFTP session. */
#ifndef EXECUTOR_SSH_SFTP_SESSION_H
#define EXECUTOR_SSH_SFTP_SESSION_H

#include "executor/ssh/sftp_packet.h"

#define SFTP_AHEAD (2u * 1024 * 1024)
#define SFTP_PIECE 32768u /* supported by every server */
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

/* A reply. */
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
	struct buf out, message, why;
	enum ssh_result result;
	size_t held; /* bytes of the current reply */
	/* the open file */
	struct buf handle;
	int64_t at, requested, size;
	struct sftp_slot slots[SFTP_SLOTS]; /* pending reads, a ring */
	size_t first, count;                /* count: of writes too */
	enum sftp_code failed;              /* error code of a write */
};

/* Ends the session for a reason of ours; returns SFTP_CUT. */
enum sftp_code sftp_cut(
    struct sftp *s, enum ssh_result result, const char *why);
enum sftp_code sftp_broken(struct sftp *s);

/* Begin, fill and send a request. False: cut. */
void sftp_begin(struct sftp *s, int type);
void sftp_put_path(struct sftp *s, const char *path);
void sftp_put_attrs(struct sftp *s, uint32_t mode, int64_t mtime);
bool sftp_send(struct sftp *s);

/* The next reply, valid until the next one. False: cut. */
bool sftp_receive(struct sftp *s, struct sftp_reply *r);

/* The code of a status reply. */
enum sftp_code sftp_code_of(struct sftp *s, struct sftp_reply *r);

/*
 * Send the request and wait for a reply: of the given type or a status; a
 * status; a handle.
 */
enum sftp_code sftp_ask(struct sftp *s, int type, struct sftp_reply *r);
enum sftp_code sftp_ask_status(struct sftp *s);
enum sftp_code sftp_take_handle(struct sftp *s, struct buf *handle);
enum sftp_code sftp_close_handle(struct sftp *s, struct buf *handle);

#endif
