/*
 * sftp.c: files on an SSH host, by SFTP version 3.
 *
 * We implement the protocol rather than use libssh2's, since both clients of
 * ssh.c then share it (ssh -s sftp), since libssh2 has no more than one call in
 * progress, and since two hosts can be read and written in turns without
 * waiting for each other: up to 2 MB of requests are pipelined, and replies
 * read as they arrive.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/message.h"
#include "executor/ssh/sftp_session.h"

#define PIECE_MOST 131072u
#define PATIENCE_MS (5 * 60 * 1000) /* a sync of a large file takes long */

static void
note_extension(struct sftp *s, const char *name, size_t len)
{
	const struct {
		const char *name;
		bool *flag;
	} all[] = {
		{ "posix-rename@openssh.com", &s->posix_rename },
		{ "fsync@openssh.com", &s->fsync },
		{ "statvfs@openssh.com", &s->statvfs },
		{ "limits@openssh.com", &s->limits },
	};

	for (size_t i = 0; i < 4; i++)
		if (strlen(all[i].name) == len &&
		    memcmp(all[i].name, name, len) == 0)
			*all[i].flag = true;
}

/* The maximum size of a piece, if the server reports one. */
static void
ask_limits(struct sftp *s)
{
	uint64_t reading, writing;
	struct sftp_reply r;

	sftp_begin(s, FXP_EXTENDED);
	sftp_put_path(s, "limits@openssh.com");
	if (sftp_ask(s, FXP_EXTENDED_REPLY, &r) != SFTP_DONE)
		return;
	(void)sftp_in_u64(&r.in);
	reading = sftp_in_u64(&r.in);
	writing = sftp_in_u64(&r.in);
	if (reading > writing)
		reading = writing;
	if (!r.in.bad && reading > SFTP_PIECE)
		s->piece = reading < PIECE_MOST ? (size_t)reading : PIECE_MOST;
}

static void
greet(struct sftp *s)
{
	const char *name;
	struct sftp_reply r;
	size_t len;

	sftp_begin(s, FXP_INIT);
	sftp_out_u32(&s->out, 3);
	if (!sftp_send(s) || !sftp_receive(s, &r))
		return;
	if (r.type != FXP_VERSION || r.id < 3) {
		(void)sftp_broken(s);
		return;
	}
	while (r.in.left > 0) {
		name = sftp_in_text(&r.in, &len);
		note_extension(s, name, len);
		(void)sftp_in_text(&r.in, &len);
	}
	if (s->limits)
		ask_limits(s);
}

enum ssh_result
sftp_open(struct ssh_conn *l, struct sftp **ret, struct buf *why)
{
	struct sftp *s = mem_calloc(1, sizeof(*s));
	enum ssh_result result;

	s->piece = SFTP_PIECE;
	result = stream_open(l, "sftp", true, &s->stream, why);
	if (result == SSH_OK) {
		greet(s);
		result = s->result;
		buf_puts(why, buf_text(&s->why));
	}
	if (result == SSH_OK) {
		stream_patience(s->stream, PATIENCE_MS);
		*ret = s;
	} else {
		sftp_close(s);
	}
	return result;
}

void
sftp_close(struct sftp *s)
{
	if (s == NULL)
		return;
	stream_close(s->stream);
	buf_clear(&s->out);
	buf_clear(&s->message);
	buf_clear(&s->why);
	buf_clear(&s->handle);
	free(s);
}

enum ssh_result
sftp_result(const struct sftp *s)
{
	return s->result;
}

const char *
sftp_why(const struct sftp *s)
{
	return buf_text(&s->why);
}

const char *
sftp_message(const struct sftp *s)
{
	return buf_text(&s->message);
}

enum sftp_code
sftp_stat(struct sftp *s, const char *path, bool follow, struct sftp_attrs *ret)
{
	enum sftp_code code;
	struct sftp_reply r;

	sftp_begin(s, follow ? FXP_STAT : FXP_LSTAT);
	sftp_put_path(s, path);
	if ((code = sftp_ask(s, FXP_ATTRS, &r)) != SFTP_DONE)
		return code;
	sftp_in_attrs(&r.in, ret);
	return r.in.bad ? sftp_broken(s) : SFTP_DONE;
}

static enum sftp_code
ask_name(struct sftp *s, int type, const char *path, struct buf *ret)
{
	enum sftp_code code;
	const char *name;
	struct sftp_reply r;
	size_t len;

	sftp_begin(s, type);
	sftp_put_path(s, path);
	if ((code = sftp_ask(s, FXP_NAME, &r)) != SFTP_DONE)
		return code;
	(void)sftp_in_u32(&r.in);
	name = sftp_in_text(&r.in, &len);
	if (r.in.bad || len == 0 || memchr(name, '\0', len) != NULL)
		return sftp_broken(s);
	buf_reset(ret);
	buf_put(ret, name, len);
	return SFTP_DONE;
}

enum sftp_code
sftp_real(struct sftp *s, const char *path, struct buf *ret)
{
	return ask_name(s, FXP_REALPATH, path, ret);
}

enum sftp_code
sftp_readlink(struct sftp *s, const char *path, struct buf *ret)
{
	return ask_name(s, FXP_READLINK, path, ret);
}

enum sftp_code
sftp_symlink(struct sftp *s, const char *path, const char *content)
{
	sftp_begin(s, FXP_SYMLINK); /* OpenSSH's order, which all use */
	sftp_put_path(s, content);
	sftp_put_path(s, path);
	return sftp_ask_status(s);
}

enum sftp_code
sftp_mkdir(struct sftp *s, const char *path)
{
	sftp_begin(s, FXP_MKDIR);
	sftp_put_path(s, path);
	sftp_out_u32(&s->out, 0);
	return sftp_ask_status(s);
}

enum sftp_code
sftp_remove(struct sftp *s, const char *path)
{
	sftp_begin(s, FXP_REMOVE);
	sftp_put_path(s, path);
	return sftp_ask_status(s);
}

enum sftp_code
sftp_rename(struct sftp *s, const char *from, const char *to)
{
	struct sftp_attrs attrs;
	enum sftp_code code;

	if (!s->posix_rename) {
		code = sftp_stat(s, to, false, &attrs);
		if (code != SFTP_ABSENT)
			return code == SFTP_DONE ? SFTP_UNSUPPORTED : code;
	}
	sftp_begin(s, s->posix_rename ? FXP_EXTENDED : FXP_RENAME);
	if (s->posix_rename)
		sftp_put_path(s, "posix-rename@openssh.com");
	sftp_put_path(s, from);
	sftp_put_path(s, to);
	return sftp_ask_status(s);
}

enum sftp_code
sftp_set(struct sftp *s, const char *path, uint32_t mode, int64_t mtime)
{
	sftp_begin(s, FXP_SETSTAT);
	sftp_put_path(s, path);
	sftp_put_attrs(s, mode, mtime);
	return sftp_ask_status(s);
}

enum sftp_code
sftp_list(struct sftp *s, const char *path, sftp_name_fn fn, void *ctx)
{
	struct buf handle = { 0 };
	enum sftp_code code, closed;
	struct sftp_reply r;

	sftp_begin(s, FXP_OPENDIR);
	sftp_put_path(s, path);
	code = sftp_take_handle(s, &handle);
	while (code == SFTP_DONE) {
		sftp_begin(s, FXP_READDIR);
		sftp_out_text(&s->out, handle.data, handle.len);
		code = sftp_ask(s, FXP_NAME, &r);
		if (code == SFTP_DONE && !sftp_in_names(&r.in, fn, ctx))
			code = sftp_broken(s);
	}
	if (handle.len > 0) {
		closed = sftp_close_handle(s, &handle);
		if (code == SFTP_EOF)
			code = closed;
	}
	buf_clear(&handle);
	return code;
}

int64_t
sftp_free_space(struct sftp *s, const char *path)
{
	uint64_t unit, available;
	struct sftp_reply r;

	if (!s->statvfs)
		return -1;
	sftp_begin(s, FXP_EXTENDED);
	sftp_put_path(s, "statvfs@openssh.com");
	sftp_put_path(s, path);
	if (sftp_ask(s, FXP_EXTENDED_REPLY, &r) != SFTP_DONE)
		return -1;
	(void)sftp_in_u64(&r.in);
	unit = sftp_in_u64(&r.in);
	(void)sftp_in_u64(&r.in);
	(void)sftp_in_u64(&r.in);
	available = sftp_in_u64(&r.in);
	if (r.in.bad || unit > (1u << 30) || available > (1ULL << 32))
		return -1;
	return (int64_t)(unit * available);
}
