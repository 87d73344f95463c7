/*
 * not_begun.c: attempts whose executor did not begin.
 *
 * The runner writes the status lines that the executor would have written, into
 * the same file: they are passed on, and after a restart passed on again, as
 * those of any other attempt.  A message of its own to the keeper was rejected,
 * as it would be a second way in which an attempt ends.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/io.h"
#include "runner/not_begun.h"
#include "runner/runner.h"
#include "runner/supervise.h"
#include "wire/status_line.h"

/* Adds the line of each target of the attempt.  False: they cannot be read. */
static bool
put_targets(
    struct runner *r, const char *exec, const char *message, struct buf *out)
{
	struct rows *rows = db_query(r->db, STMT_TARGETS_OF_EXEC, TEXT(exec));
	bool some = false;

	while (db_next(rows)) {
		struct status_line line = { .kind = STATUS_ENDED,
			.at = clock_now(),
			.target = db_text(rows, "target"),
			.result = { .state = state_word(STATE_NOT_STARTED),
			    .exit = -1,
			    .message = message } };

		status_line_put(&line, out);
		some = true;
	}
	db_done(rows);
	return some;
}

bool
not_begun_write(struct runner *r, const char *exec, const char *message)
{
	struct status_line done = { .kind = STATUS_DONE,
		.at = clock_now(),
		.result = {
		    .state = state_word(STATE_FAILED), .message = message } };
	char *path = exec_path(r, exec, EXEC_STATUS);
	struct buf lines = { 0 };
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	bool ok = fd >= 0 && r->db != NULL;

	if (ok) {
		(void)db_begin(r->db);
		ok = put_targets(r, exec, message, &lines);
		ok = db_end(r->db, ERR_OK) == ERR_OK && ok;
	}
	if (ok) {
		status_line_put(&done, &lines);
		ok = io_write_all(fd, lines.data, lines.len) == 0 &&
		    fdatasync(fd) == 0;
	}
	if (fd >= 0)
		close(fd);
	buf_clear(&lines);
	free(path);
	return ok;
}
