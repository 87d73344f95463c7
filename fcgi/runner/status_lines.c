/*
 * status_lines.c: passes the status lines of executors on to the keeper.
 *
 * All available lines are sent together before any reply is read: a hundred
 * targets that end at the same time cost one wait for the disk, not two
 * hundred.  A line counts as passed when its own reply arrived; a line without
 * one is sent again, and the keeper detects the duplicate.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runner/status_lines.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/hash.h"
#include "runner/runner.h"
#include "runner/keeper_client.h"
#include "runner/supervise.h"
#include "wire/status_line.h"

#define MAX_LINE (1024 * 1024)
#define MAX_TOGETHER 64
#define MAX_BYTES (256 * 1024) /* a batch that is larger is closed */

/* Lines that are passed together. */
struct lines {
	struct json_object *bodies[MAX_TOGETHER];
	size_t ends[MAX_TOGETHER]; /* offset after each line */
	size_t count;
	bool done;    /* the last one is the final line */
	bool refused; /* and the keeper has refused that one */
};

/* The hash of a file of the target; NULL if it cannot be read. */
static const char *
hash_of(struct runner *r, const struct exec *e, const char *target,
    const char *ending, char hash[2 * HASH_BYTES + 1])
{
	char *name = mem_printf("%s%s", target, ending);
	char *path = exec_path(r, e->id, name);
	enum err err = hash_file(path, hash);

	free(name);
	free(path);
	return err == ERR_OK ? hash : NULL;
}

/*
 * The output of an executor that writes no times, as it is of an older version.
 * Those of ours hash what they record: what has no hash is not whole.
 */
static const char *
hash_of_output(struct runner *r, const struct exec *e, const char *target,
    char hash[HASH_TEXT])
{
	char times[HASH_TEXT];

	return hash_of(r, e, target, EXEC_TIMES, times) != NULL
	    ? NULL
	    : hash_of(r, e, target, EXEC_CAST, hash);
}

/*
 * The body that passes a line on. An executor of an older version leaves the
 * hashes of output and artifact, which are final now, to us.
 */
static struct json_object *
body_of(struct runner *r, const struct exec *e, struct status_line *line)
{
	char output[2 * HASH_BYTES + 1], artifact[2 * HASH_BYTES + 1];
	char sealed[2 * HASH_BYTES + 1];
	struct result *result = &line->result;
	struct json_object *json, *body;

	if (line->kind == STATUS_ENDED && result->hash == NULL)
		result->hash = hash_of_output(r, e, line->target, output);
	if (line->kind == STATUS_ENDED) {
		if (result->artifact.name != NULL &&
		    result->artifact.hash == NULL)
			result->artifact.hash = hash_of(
			    r, e, line->target, EXEC_ARTIFACT, artifact);
		if (result->sealed != NULL && result->sealed[0] == '\0' &&
		    hash_of(r, e, line->target, EXEC_SEALED, sealed) != NULL)
			result->sealed = sealed;
	}
	json = status_line_write(line);
	body = runner_message_write(RUNNER_LINE,
	    &(struct runner_message){ .exec = e->id, .line = json });
	json_object_put(json);
	return body;
}

/* Adds a line, which ends at that offset. */
static void
add_line(struct runner *r, const struct exec *e, const char *text, size_t len,
    size_t end, struct lines *l)
{
	struct status_line line;

	if (status_line_parse(text, len, &line) != ERR_OK) {
		log_warn("execution %s: a status line is malformed", e->id);
		return;
	}
	l->done = line.kind == STATUS_DONE;
	l->bodies[l->count] = body_of(r, e, &line);
	l->ends[l->count++] = end;
	json_object_put(line.json);
}

/* Collects complete lines of the text from *at, and advances *at. */
static void
collect(struct runner *r, const struct exec *e, const struct buf *text,
    size_t *at, struct lines *l)
{
	const char *eol;
	size_t from = *at;

	while (!l->done && l->count < MAX_TOGETHER && *at - from < MAX_BYTES &&
	    *at < text->len &&
	    (eol = memchr(text->data + *at, '\n', text->len - *at)) != NULL) {
		size_t end = (size_t)(eol + 1 - text->data);

		add_line(r, e, text->data + *at, end - 1 - *at, end, l);
		*at = end;
	}
}

/* False: the keeper is gone; *at is where to begin again. */
static bool
pass(struct runner *r, const struct exec *e, struct lines *l, size_t *at)
{
	enum err errs[MAX_TOGETHER];
	size_t n = keeper_ask_each(r, RUNNER_LINE, l->bodies, l->count, errs);
	size_t passed = 0;
	bool all;

	for (; passed < n && errs[passed] != ERR_UNAVAILABLE; passed++)
		if (errs[passed] != ERR_OK)
			log_warn("execution %s: the keeper refused a line: %s",
			    e->id, err_name(errs[passed]));
	all = passed == l->count;
	l->refused = all && l->done && errs[passed - 1] != ERR_OK;
	if (!all)
		*at = passed > 0 ? l->ends[passed - 1] : 0;
	for (size_t i = 0; i < l->count; i++)
		json_object_put(l->bodies[i]);
	l->count = 0;
	return all;
}

void
lines_read(struct runner *r, const struct exec *e, struct buf *ret)
{
	char *path = exec_path(r, e->id, EXEC_STATUS);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	free(path);
	if (fd < 0)
		return;
	while (ret->len < MAX_LINE &&
	    (n = pread(fd, buf_reserve(ret, 65536), 65536,
		 e->offset + (off_t)ret->len)) > 0)
		ret->len += (size_t)n;
	close(fd);
}

bool
lines_pass(struct runner *r, struct exec *e)
{
	struct lines l = { .count = 0 };
	struct buf text = { 0 };
	size_t at = 0, begin;
	bool all = true;

	if (e->refused)
		return false;
	lines_read(r, e, &text);
	do {
		begin = at;
		collect(r, e, &text, &at, &l);
		if (l.count > 0 && !pass(r, e, &l, &at)) {
			all = false;
			at = at > begin ? at : begin;
		}
	} while (all && !l.done && at > begin);
	e->offset += (off_t)at;
	e->refused = l.refused;
	buf_clear(&text);
	return all && l.done && !l.refused;
}
