/* sftp_file.h: reads and writes one file by SFTP. */
#ifndef EXECUTOR_SSH_SFTP_FILE_H
#define EXECUTOR_SSH_SFTP_FILE_H

#include "executor/ssh/sftp.h"

/*
 * One file at a time.  Reading returns the bytes from..size in pieces, *ret_len
 * 0 at the end, which may come before size.  Writing is to a new file, or, if
 * from > 0, continues an existing one.  Errors of writing are returned later,
 * at the latest by sftp_end().
 */
enum sftp_code sftp_read(
    struct sftp *s, const char *path, int64_t from, int64_t size);
enum sftp_code sftp_next(struct sftp *s, const char **ret, size_t *ret_len);
enum sftp_code sftp_write(struct sftp *s, const char *path, int64_t from);
enum sftp_code sftp_put(struct sftp *s, const char *data, size_t len);

/*
 * Waits for pending requests, sets mode and time if mode is not 0, syncs if the
 * server can, and closes the file.
 */
enum sftp_code sftp_end(struct sftp *s, uint32_t mode, int64_t mtime);

#endif
