/* copy_end.h: one end of a copy: this machine or an SSH host, and its files. */
#ifndef EXECUTOR_COPY_COPY_END_H
#define EXECUTOR_COPY_COPY_END_H

#include <stdbool.h>
#include <stdint.h>

#include "executor/confine/confine.h"
#include "executor/copy/copy_sum.h"
#include "executor/ssh/ssh.h"

enum copy_err {
	COPY_OK,
	COPY_ABSENT,  /* there is no such file */
	COPY_FAILED,  /* the end's `error` has the reason */
	COPY_CUT,     /* connection lost: `error` has the reason */
	COPY_REFUSED, /* the same, and repeating does not help */
	COPY_STOPPED, /* loop->stop has the reason */
	COPY__MAX
};

struct copy_stat {
	uint32_t mode; /* with the type */
	uint32_t uid;
	int64_t size;
	int64_t mtime; /* seconds */
};

struct copy_end;

typedef void (*copy_name_fn)(void *ctx, const char *name, size_t len);

/* The operations of an end. One file is open at a time. */
struct copy_ops {
	enum copy_err (*open)(struct copy_end *);
	void (*close)(struct copy_end *);
	enum copy_err (*stat)(struct copy_end *, const char *path, bool follow,
	    struct copy_stat *ret);
	enum copy_err (*real)(
	    struct copy_end *, const char *path, struct buf *ret);
	enum copy_err (*list)(
	    struct copy_end *, const char *path, copy_name_fn fn, void *ctx);
	enum copy_err (*readlink)(
	    struct copy_end *, const char *path, struct buf *ret);
	enum copy_err (*symlink)(
	    struct copy_end *, const char *path, const char *content);
	enum copy_err (*mkdir)(struct copy_end *, const char *path);
	enum copy_err (*remove)(struct copy_end *, const char *path);
	enum copy_err (*rename)(
	    struct copy_end *, const char *from, const char *to);
	enum copy_err (*set)(
	    struct copy_end *, const char *path, uint32_t mode, int64_t mtime);
	int64_t (*space)(struct copy_end *, const char *folder);
	/* like sftp_read(), sftp_write(), sftp_end() */
	enum copy_err (*read)(
	    struct copy_end *, const char *path, int64_t from, int64_t size);
	enum copy_err (*next)(
	    struct copy_end *, const char **ret, size_t *ret_len);
	enum copy_err (*write)(
	    struct copy_end *, const char *path, int64_t from);
	enum copy_err (*put)(struct copy_end *, const char *data, size_t len);
	enum copy_err (*end)(struct copy_end *, uint32_t mode, int64_t mtime);
};

struct copy_end {
	const struct copy_ops *ops;
	const struct job_target *target;
	struct event_loop *loop;
	struct ssh_conn *conn;
	struct sftp *sftp; /* NULL: this machine */
	struct copy_sum sum;
	struct buf error;
	bool broken;  /* this end lost its connection or was refused */
	int fd;       /* the open file on this machine */
	int64_t left; /* bytes of it still to read */
	char *chunk;
	struct confine_who who; /* this machine: whose files */
};

/* Sets the kind of end from the target; opens nothing. */
void copy_end_init(struct copy_end *e, const struct job_target *target,
    struct event_loop *loop);

/* Connects unless connected. copy_end_close() is always allowed. */
enum copy_err copy_end_open(struct copy_end *e);
void copy_end_close(struct copy_end *e);

/* Maps a result of the end's connection; sets `broken`. */
enum copy_err copy_end_result(struct copy_end *e, enum ssh_result result);

extern const struct copy_ops copy_local;
extern const struct copy_ops copy_remote;

#endif
