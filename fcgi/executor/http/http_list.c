/*
 * http_list.c: the list of an http step with foreach=.
 *
 * The list is a part of an artifact, so it is the same in each attempt: a retry
 * can go on at the item that failed, as one of SQL does at its statement, and
 * uses the same members of result and job spec.  It does so also where the
 * outcome of that item is not known: a person settles it before a retry, and
 * chooses between that item and the next one.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/json.h"
#include "base/message.h"
#include "executor/http/http_list.h"
#include "executor/output/artifact_input.h"
#include "executor/output/json_scan.h"
#include "executor/output/output.h"
#include "executor/output/pointer.h"
#include "executor/status.h"

#define ITEMS_MAX 1000
#define LIST_MAX (64 * 1024 * 1024)

/* The whole output of the step with the list. */
static bool
read_output(struct job *job, struct arena *a, struct buf *out, struct buf *why)
{
	const struct job_spec *o = job->spec;
	const char *name = o->step.foreach_artifact;
	const char *what = message_arena(a, "artifact_sent name=%s", name);
	const struct job_artifact *found = artifact_input_find(o->artifacts,
	    o->artifacts_count, name, job->target->name, what, why);
	int fd;

	if (found == NULL || (fd = artifact_input_open(found, what, why)) < 0)
		return false;
	if (io_read_all(fd, LIST_MAX, out) == ERR_OK)
		return true;
	message_put(why, "http_list_unreadable");
	return false;
}

static bool
read_list(struct job *job, struct http_list *list, struct buf *why)
{
	const char *pointer = job->spec->step.foreach_pointer;
	struct json_piece piece;
	struct fault fault;

	if (pointer == NULL)
		pointer = "";
	if (pointer_slice(buf_text(&list->text), list->text.len, pointer,
		&piece, &fault) != ERR_OK) {
		buf_puts(why, fault.message);
		return false;
	}
	if (*piece.s != '[') {
		message_put(why, "http_list_none pointer=%s", pointer);
		return false;
	}
	list->all = json_members(piece, &list->count);
	if (list->count <= ITEMS_MAX)
		return true;
	message_put(
	    why, "http_list_many count=%zu most=%d", list->count, ITEMS_MAX);
	return false;
}

/* The item that the job spec names. False: a retry cannot start there. */
static bool
find_first(struct job *job, struct http_list *list, struct buf *why)
{
	const char *target = job->target->name;
	int64_t n = json_int(job->spec->from_statement, target, 1);
	bool skipped = json_get(job->spec->skipped, target) != NULL;

	job->result.resume.of = (int64_t)list->count;
	if (n < 1 || (n > 1 && n > (int64_t)list->count + skipped)) {
		message_put(why, "http_list_start n=%lld count=%zu",
		    (long long)n, list->count);
		return false;
	}
	/* if nothing is sent, a retry starts there too */
	job->result.resume.statement = n > 1 ? n : 0;
	list->first = (size_t)n - 1;
	return true;
}

bool
http_list_open(struct job *job, struct arena *a, struct http_list *ret)
{
	struct buf why = { 0 };
	bool ok;

	*ret = (struct http_list){ .count = 1 };
	if (job->spec->step.foreach_artifact == NULL)
		return true;
	ret->is_list = true;
	ret->count = 0;
	ok = read_output(job, a, &ret->text, &why) &&
	    read_list(job, ret, &why) && find_first(job, ret, &why);
	if (!ok)
		act_end(job, ENDING_FAILED, "http_nothing reason=%s",
		    buf_text(&why));
	buf_clear(&why);
	return ok;
}

void
http_list_close(struct http_list *list)
{
	buf_clear(&list->text);
	free(list->all);
	list->all = NULL;
}

const char *
http_list_item(const struct http_list *list, size_t i, const char *pointer,
    struct arena *a, struct http_item *ret)
{
	struct json_piece value = list->all[i].value;
	struct buf text = { 0 };
	struct fault fault;
	enum err err;

	err = pointer_slice(value.s, value.len, pointer, &value, &fault);
	if (err == ERR_OK)
		err = pointer_text(value, pointer, &text, &fault);
	if (err == ERR_OK)
		*ret = (struct http_item){ *value.s != '{' && *value.s != '['
			    ? arena_strdup(a, buf_text(&text))
			    : NULL,
			arena_strndup(a, value.s, value.len) };
	buf_clear(&text);
	return err == ERR_OK ? NULL : arena_strdup(a, fault.message);
}

void
http_list_begin(struct job *job, const struct http_list *list, size_t i)
{
	struct buf line = { 0 };

	if (!list->is_list)
		return;
	if (!job->spec->dry_run) {
		status_progress(job->target->name, "note_of n=%zu count=%zu",
		    i + 1, list->count);
		job->result.resume.statement = 0;
	}
	buf_printf(&line, "--- item %zu of %zu ---", i + 1, list->count);
	output_line(job->output, buf_text(&line));
	buf_clear(&line);
}

void
http_list_failed(struct job *job, const struct http_list *list, size_t i)
{
	if (!list->is_list)
		return;
	act_end(job, job->ending, "http_list_item n=%zu count=%zu reason=%s",
	    i + 1, list->count, buf_text(&job->why));
}

void
http_list_stopped(struct job *job, const struct http_list *list, size_t i)
{
	http_list_failed(job, list, i);
	if (list->is_list)
		job->result.resume.statement = (int64_t)i + 1;
}

void
http_list_end(struct job *job, const struct http_list *list)
{
	struct buf line = { 0 };

	if (!list->is_list)
		return;
	if (list->count == 0)
		buf_puts(&line, "The list is empty: nothing is sent.");
	else if (!job->spec->dry_run)
		buf_printf(&line,
		    "\nThe requests of %zu of %zu %s were sent%s.",
		    list->count - list->first, list->count,
		    list->count == 1 ? "item" : "items",
		    list->first > 0 ? "; those before were sent by an earlier "
				      "attempt or skipped by a person"
				    : "");
	if (line.len > 0)
		output_line(job->output, buf_text(&line));
	buf_clear(&line);
}
