/*
 * typed.c: what people type, handed to the step that shows its terminal.
 *
 * The step's FIFO takes a request in one piece or not at all, so that what
 * follows is never mixed with half of it.  It refuses while a program has left
 * the whole FIFO unread; waiting for it would stop the runner.
 */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "runner/runner.h"

static bool
write_fifo(const char *path, const struct buf *bytes)
{
	struct stat st;
	bool ok;
	int fd = open(path, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return false;
	ok = fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode) &&
	    write(fd, bytes->data, bytes->len) == (ssize_t)bytes->len;
	close(fd);
	return ok;
}

void
typed_pass(struct runner *r, const char *body)
{
	struct json_object *o = NULL;
	struct buf bytes = {0};
	const char *exec, *target, *data;
	char *path = NULL;

	if (json_read(body, strlen(body), &o, NULL) != ERR_OK)
		goto out;
	exec = json_text(o, "exec", "");
	target = json_text(o, "target", "");
	data = json_text(o, "data", "");
	if (!text_is_id(exec) || !text_is_id(target) ||
	    !encode_unbase64(data, strlen(data), &bytes) || bytes.len == 0 ||
	    bytes.len > EXEC_KEYS_MOST)
		goto out;
	path = mem_printf("%s/exec/%s/%s" EXEC_KEYS, r->data_dir, exec,
	    target);
	if (!write_fifo(path, &bytes))
		log_warn("execution %s: what was typed for %s did not arrive: "
		    "%s", exec, target, strerror(errno));
out:
	if (bytes.data != NULL)
		sodium_memzero(bytes.data, bytes.cap);
	buf_clear(&bytes);
	free(path);
	json_object_put(o);
}
