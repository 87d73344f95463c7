/*
 * copy_end.c: an end of a copy on an SSH host, and code shared by both kinds of
 * end.
 */
#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "executor/copy/copy_end.h"
#include "executor/ssh/sftp_file.h"

void
copy_end_init(struct copy_end *e, const struct job_target *target,
    struct event_loop *loop)
{
	*e = (struct copy_end){ .target = target, .loop = loop, .fd = -1 };
	e->ops = strcmp(target->kind, "local") == 0 ? &copy_local
						    : &copy_remote;
}

enum copy_err
copy_end_result(struct copy_end *e, enum ssh_result result)
{
	static const enum copy_err errs[SSH__MAX] = {
		[SSH_OK] = COPY_OK,
		[SSH_LOST] = COPY_CUT,
		[SSH_REFUSED] = COPY_REFUSED,
		[SSH_STOPPED] = COPY_STOPPED,
	};

	e->broken = result == SSH_LOST || result == SSH_REFUSED;
	return errs[result];
}

/*
 * The host ran no command for checksums.  If it still answers over SFTP, it
 * supports SFTP alone, and files are read back.
 */
static enum copy_err
open_without_sum(struct copy_end *e, enum copy_err err)
{
	struct sftp_attrs ignored;

	if (e->sftp == NULL || err == COPY_STOPPED ||
	    sftp_stat(e->sftp, ".", true, &ignored) == SFTP_CUT)
		return err;
	copy_sum_close(&e->sum);
	e->sum.uid = UINT32_MAX;
	e->broken = false;
	buf_reset(&e->error);
	return COPY_OK;
}

enum copy_err
copy_end_open(struct copy_end *e)
{
	enum copy_err err;

	if (e->conn != NULL)
		return COPY_OK;
	buf_reset(&e->error);
	err = copy_end_result(
	    e, ssh_conn_open(e->target, e->loop, &e->conn, &e->error));
	if (err == COPY_OK)
		err = e->ops->open(e);
	if (err != COPY_OK)
		return err;
	err = copy_end_result(e, copy_sum_open(&e->sum, e->conn, &e->error));
	return err == COPY_OK ? COPY_OK : open_without_sum(e, err);
}

void
copy_end_close(struct copy_end *e)
{
	copy_sum_close(&e->sum);
	if (e->ops != NULL)
		e->ops->close(e);
	ssh_conn_close(e->conn);
	e->conn = NULL;
	confine_who_clear(&e->who);
	free(e->chunk);
	e->chunk = NULL;
}

/* Maps the server's code. */
static enum copy_err
map_code(struct copy_end *e, enum sftp_code code)
{
	if (code == SFTP_DONE)
		return COPY_OK;
	buf_reset(&e->error);
	switch (code) {
	case SFTP_CUT:
		buf_puts(&e->error, sftp_why(e->sftp));
		return copy_end_result(e, sftp_result(e->sftp));
	case SFTP_ABSENT:
		message_put(&e->error, "copy_absent");
		return COPY_ABSENT;
	case SFTP_DENIED:
		message_put(&e->error, "copy_denied");
		break;
	case SFTP_UNSUPPORTED:
		message_put(&e->error, "copy_unsupported");
		break;
	default:
		message_put(
		    &e->error, "copy_sftp_said text=%s", sftp_message(e->sftp));
		break;
	}
	return COPY_FAILED;
}

static enum copy_err
remote_open(struct copy_end *e)
{
	return copy_end_result(e, sftp_open(e->conn, &e->sftp, &e->error));
}

static void
remote_close(struct copy_end *e)
{
	sftp_close(e->sftp);
	e->sftp = NULL;
}

static enum copy_err
remote_stat(
    struct copy_end *e, const char *path, bool follow, struct copy_stat *ret)
{
	struct sftp_attrs a = { 0 };
	enum copy_err err = map_code(e, sftp_stat(e->sftp, path, follow, &a));

	*ret = (struct copy_stat){ a.mode, a.uid, a.size, a.mtime };
	return err;
}

static enum copy_err
remote_real(struct copy_end *e, const char *path, struct buf *ret)
{
	return map_code(e, sftp_real(e->sftp, path, ret));
}

static enum copy_err
remote_list(struct copy_end *e, const char *path, copy_name_fn fn, void *ctx)
{
	return map_code(e, sftp_list(e->sftp, path, fn, ctx));
}

static enum copy_err
remote_readlink(struct copy_end *e, const char *path, struct buf *ret)
{
	return map_code(e, sftp_readlink(e->sftp, path, ret));
}

static enum copy_err
remote_symlink(struct copy_end *e, const char *path, const char *content)
{
	return map_code(e, sftp_symlink(e->sftp, path, content));
}

static enum copy_err
remote_mkdir(struct copy_end *e, const char *path)
{
	return map_code(e, sftp_mkdir(e->sftp, path));
}

static enum copy_err
remote_remove(struct copy_end *e, const char *path)
{
	return map_code(e, sftp_remove(e->sftp, path));
}

static enum copy_err
remote_rename(struct copy_end *e, const char *from, const char *to)
{
	return map_code(e, sftp_rename(e->sftp, from, to));
}

static enum copy_err
remote_set(struct copy_end *e, const char *path, uint32_t mode, int64_t mtime)
{
	return map_code(e, sftp_set(e->sftp, path, mode, mtime));
}

static int64_t
remote_space(struct copy_end *e, const char *folder)
{
	return sftp_free_space(e->sftp, folder);
}

static enum copy_err
remote_read(struct copy_end *e, const char *path, int64_t from, int64_t size)
{
	return map_code(e, sftp_read(e->sftp, path, from, size));
}

static enum copy_err
remote_next(struct copy_end *e, const char **ret, size_t *ret_len)
{
	return map_code(e, sftp_next(e->sftp, ret, ret_len));
}

static enum copy_err
remote_write(struct copy_end *e, const char *path, int64_t from)
{
	return map_code(e, sftp_write(e->sftp, path, from));
}

static enum copy_err
remote_put(struct copy_end *e, const char *data, size_t len)
{
	return map_code(e, sftp_put(e->sftp, data, len));
}

static enum copy_err
remote_end(struct copy_end *e, uint32_t mode, int64_t mtime)
{
	return map_code(e, sftp_end(e->sftp, mode, mtime));
}

const struct copy_ops copy_remote = {
	remote_open,
	remote_close,
	remote_stat,
	remote_real,
	remote_list,
	remote_readlink,
	remote_symlink,
	remote_mkdir,
	remote_remove,
	remote_rename,
	remote_set,
	remote_space,
	remote_read,
	remote_next,
	remote_write,
	remote_put,
	remote_end,
};
