/*
 * act_edit.c: changes one file, on this machine or on an SSH target.
 *
 * The file is read, changed in memory (edit.c), shown as a difference and
 * written.  Reading and writing are two constant programs for sh, the same on
 * this machine and over SSH, so that both behave alike.  The new content goes
 * into a copy of the file in the same folder, which keeps owner, mode and
 * access lists, is synced, verified by its SHA-256 and renamed to the file's
 * name.  For a symbolic link, the file that it points to is changed.
 *
 * Somebody else may change the file in between: the second program compares its
 * SHA-256 first and refuses.  If the connection is lost then, the file has its
 * old or its new content, never a part; which one is unknown.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "executor/actions/act.h"
#include "executor/actions/diff.h"
#include "executor/actions/edit.h"
#include "base/encode.h"
#include "executor/actions/fill.h"
#include "executor/ssh/ssh.h"
#include "executor/actions/script.h"
#include "executor/remote/programs.h"
#include "executor/remote/refusal.h"
#include "base/message.h"
#include "base/sha256.h"

#define MARK "cs-edit-"
#define ANSWER_MS (2 * 60 * 1000) /* to read or write a small file */

struct change {
	struct job *job;
	struct ssh_conn *conn;
	char *command;
	struct buf name;   /* as in the step */
	struct buf out;    /* standard output of sh */
	struct buf errors; /* standard error of sh */
	struct buf path;   /* of the file itself */
	char sum[65];      /* of the content that was read */
};

static void
take_out(void *ctx, const char *data, size_t len)
{
	struct change *c = ctx;

	if (c->out.len + len <= EDIT_MAX + 8192)
		buf_put(&c->out, data, len);
}

static void
take_errors(void *ctx, const char *data, size_t len)
{
	struct change *c = ctx;

	if (c->errors.len + len <= 4096)
		buf_put(&c->errors, data, len);
}

static void
sum_of(const struct buf *b, size_t from, char text[65])
{
	unsigned char hash[32];
	struct buf hex = { 0 };

	sha256(buf_text(b) + from, b->len - from, hash);
	encode_hex(hash, sizeof(hash), false, &hex);
	memcpy(text, hex.data, 65);
	buf_clear(&hex);
}

/*
 * Drops the output of login startup files before our line; false: there is no
 * such line.
 */
static bool
drop_noise(const struct change *c, struct buf *b)
{
	struct buf line = { 0 };
	const char *at;

	buf_printf(&line, MARK "%s\n", c->job->spec->exec);
	at = b->len == 0 ? NULL : memmem(b->data, b->len, line.data, line.len);
	if (at != NULL)
		buf_consume(b, (size_t)(at - b->data) + line.len);
	buf_clear(&line);
	return at != NULL;
}

/* Runs sh with the program. False: the job's ending is set. */
static bool
ask(struct change *c, struct buf *text, bool writes)
{
	struct ssh_call call = { .command = c->command,
		.input = text,
		.out = take_out,
		.err = take_errors,
		.ctx = c,
		.limit = clock_monotonic() + ANSWER_MS };
	struct job *job = c->job;
	enum ssh_result result;
	struct buf why = { 0 };

	buf_reset(&c->out);
	buf_reset(&c->errors);
	result = ssh_conn_run(c->conn, &call, &why);
	explicit_bzero(text->data, text->len);
	buf_clear(text);
	(void)drop_noise(c, &c->errors);
	if (!drop_noise(c, &c->out))
		buf_reset(&c->out); /* its output is missing */
	while (c->errors.len > 0 && c->errors.data[c->errors.len - 1] == '\n')
		c->errors.data[--c->errors.len] = '\0';
	if (result == SSH_OK && call.status != 0) {
		refusal_message(c->errors.len > 0 ? buf_text(&c->errors)
						  : MESSAGE("edit_sh_failed"),
		    job->target->name, buf_text(writes ? &c->path : &c->name),
		    &why);
		act_end(job, ENDING_NOT_STARTED,
		    "edit_read_failed target=%s reason=%s", job->target->name,
		    buf_text(&why));
	} else if (result != SSH_OK && writes)
		act_end(job, ENDING_UNKNOWN,
		    "edit_end_unseen file=%s target=%s reason=%s",
		    buf_text(&c->path), job->target->name, buf_text(&why));
	else if (result == SSH_STOPPED) {
		job->ending = ENDING_STOPPED;
		job->stop = job->loop->stop;
	} else if (result != SSH_OK)
		act_end(job, ENDING_NOT_STARTED, "edit_unchanged reason=%s",
		    buf_text(&why));
	buf_clear(&why);
	return result == SSH_OK && call.status == 0;
}

static void
begin(const struct change *c, const char *name, struct buf *text)
{
	buf_printf(text, "cs_mark=" MARK "%s\n", c->job->spec->exec);
	script_setting("cs_name", name, text);
	buf_puts(text, program_edit);
}

/* Reads the file; its content is left in out. */
static bool
read_file(struct change *c)
{
	struct buf text = { 0 };
	const char *end;
	char sum[65];

	begin(c, buf_text(&c->name), &text);
	buf_puts(&text, "cs_read\n");
	if (!ask(c, &text, false))
		return false;
	end = c->out.len > 66 ? memchr(c->out.data, '\n', c->out.len) : NULL;
	if (end != NULL && end - c->out.data > 65) {
		memcpy(c->sum, c->out.data, 64);
		buf_put(&c->path, c->out.data + 65,
		    (size_t)(end - c->out.data) - 65);
		buf_consume(&c->out, (size_t)(end - c->out.data) + 1);
		sum_of(&c->out, 0, sum);
		if (strcmp(sum, c->sum) == 0)
			return true;
	}
	act_end(c->job, ENDING_NOT_STARTED, "edit_incomplete file=%s target=%s",
	    buf_text(&c->name), c->job->target->name);
	return false;
}

static bool
write_file(struct change *c, const struct buf *content)
{
	struct buf text = { 0 }, coded = { 0 };
	char sum[65], base[64];

	sum_of(content, 0, sum);
	snprintf(
	    base, sizeof(base), "%.12s-%d", c->job->spec->exec, c->job->repeat);
	begin(c, buf_text(&c->path), &text);
	encode_base64(buf_text(content), content->len, &coded);
	buf_puts(&text, "cs_put() {\n");
	script_here("base64 -d >\"$cs_new\"", &coded, &text);
	buf_puts(&text, "}\n");
	buf_printf(&text, "cs_write %s %s %s\n", base, c->sum, sum);
	explicit_bzero(coded.data, coded.len);
	buf_clear(&coded);
	return ask(c, &text, true);
}

static void
print(struct change *c, const char *before, const char *what)
{
	struct buf line = { 0 };

	buf_printf(&line, "%s%.*s\n", before, (int)strcspn(what, "\n"), what);
	output_put(c->job->output, line.data, line.len);
	buf_clear(&line);
}

/* Checks that the file is the one of the dry run, if there was one. */
static bool
is_as_seen(struct change *c)
{
	struct job *job = c->job;
	const char *seen = json_text(
	    job->spec->message.seen, job->target->name, c->sum);

	snprintf(job->seen, sizeof(job->seen), "%s", c->sum);
	job->result.seen = job->seen;
	if (strcmp(seen, c->sum) == 0)
		return true;
	act_end(job, ENDING_NOT_STARTED, "edit_changed_since file=%s target=%s",
	    buf_text(&c->path), job->target->name);
	return false;
}

/*
 * Puts the data for restoring the file on record, which everybody can read: if
 * a secret is part of the path, it only says that there was a change.
 */
static void
note_change(struct change *c, const struct buf *content)
{
	struct json_object *o = json_object_new_object();
	bool redacted;
	char sum[65], *backup = mem_strdup(buf_text(&c->out));

	backup[strcspn(backup, "\n")] = '\0';
	sum_of(content, 0, sum);
	redacted = mask_redacts(c->job->output->redact, backup, strlen(backup));
	json_set_text(o, "file", redacted ? "" : buf_text(&c->path));
	json_set_text(o, "backup", redacted ? "" : backup);
	json_set_text(o, "sum", redacted ? "" : sum);
	json_object_put(c->job->result.changed);
	c->job->result.changed = o;
	free(backup);
}

/* Shows the difference and, unless it is a dry run, applies it. */
static bool
apply(struct change *c, const struct buf *diff, const struct buf *content)
{
	struct job *job = c->job;

	if (diff->len == 0)
		print(c, "Nothing to change: the file is as it should be: ",
		    buf_text(&c->path));
	else
		output_put(job->output, diff->data, diff->len);
	if (diff->len > 0 && !job->spec->dry_run) {
		if (!write_file(c, content))
			return false;
		print(c, "Changed: ", buf_text(&c->path));
		print(c, "Backup: ", buf_text(&c->out));
		note_change(c, content);
	}
	job->ending = ENDING_EXITED;
	job->code = 0;
	return true;
}

static void
change(struct change *c)
{
	struct edit_result result = { 0 };
	struct job *job = c->job;
	struct buf why = { 0 };

	if (!read_file(c) || !is_as_seen(c))
		goto out;
	if (!edit_apply(job->spec, buf_text(&c->path), buf_text(&c->out),
		c->out.len, &result, &why))
		act_end(job, ENDING_NOT_STARTED, "%s", buf_text(&why));
	else
		apply(c, &result.diff, &result.text);
out:
	edit_clear(&result);
	buf_clear(&why);
}

/* Reads the file of that name; moves its content to *ret. */
static bool
fetch(struct change *c, const char *name, struct buf *ret)
{
	buf_reset(&c->name);
	buf_puts(&c->name, name);
	buf_reset(&c->path);
	if (!read_file(c))
		return false;
	buf_put(ret, buf_text(&c->out), c->out.len);
	return true;
}

/*
 * Checks that the file is as the edit left it, so that later changes are not
 * lost.
 */
static bool
is_as_left(struct change *c, const char *backup, const char *sum)
{
	if (strcmp(c->sum, sum) == 0)
		return true;
	act_end(c->job, ENDING_NOT_STARTED,
	    "edit_back_changed file=%s target=%s backup=%s", buf_text(&c->path),
	    c->job->target->name, backup);
	return false;
}

/* The backup of the edit on this target, if it is on record. */
static const char *
backup_of(struct change *c, struct json_object *undo)
{
	const char *backup = json_text(undo, "backup", "");

	if (undo == NULL)
		act_end(c->job, ENDING_NOT_STARTED,
		    "edit_back_unknown file=%s target=%s", buf_text(&c->name),
		    c->job->target->name);
	else if (*backup == '\0')
		act_end(c->job, ENDING_NOT_STARTED,
		    "edit_back_secret target=%s", c->job->target->name);
	return *backup != '\0' ? backup : NULL;
}

/* Restores the backup of the edit. */
static void
restore(struct change *c)
{
	struct json_object *undo = json_get(
	    c->job->spec->message.undo, c->job->target->name);
	const char *backup = backup_of(c, undo);
	char *file = mem_strdup(buf_text(&c->name));
	struct buf was = { 0 }, is = { 0 }, diff = { 0 };

	if (backup == NULL || !fetch(c, backup, &was) || !fetch(c, file, &is))
		goto out;
	(void)diff_texts(
	    &is, &was, buf_text(&c->path), buf_text(&c->path), &diff);
	if (is.len == was.len &&
	    memcmp(buf_text(&is), buf_text(&was), is.len) == 0)
		buf_reset(&diff);
	else if (!is_as_seen(c) ||
	    !is_as_left(c, backup, json_text(undo, "sum", "")))
		goto out;
	apply(c, &diff, &was);
out:
	free(file);
	buf_clear(&was);
	buf_clear(&is);
	buf_clear(&diff);
}

void
act_edit(struct job *job)
{
	const struct job_spec *o = job->spec;
	struct change c = { .job = job };
	struct buf why = { 0 };
	enum ssh_result result;

	c.command = script_command(o->step.user);
	if (o->step.file == NULL ||
	    !fill_line(o, o->step.file, strlen(o->step.file), &c.name, &why) ||
	    *buf_text(&c.name) != '/') {
		act_end(job, ENDING_NOT_STARTED, "edit_path reason=%s",
		    buf_text(&why));
		goto out;
	}
	result = ssh_conn_open(job->target, job->loop, &c.conn, &why);
	if (result == SSH_STOPPED) {
		job->ending = ENDING_STOPPED;
		job->stop = job->loop->stop;
	} else if (result != SSH_OK) {
		act_end(job, ENDING_NOT_STARTED, "%s", buf_text(&why));
	} else {
		act_announce(job);
		(o->step.restores ? restore : change)(&c);
	}
	ssh_conn_close(c.conn);
out:
	free(c.command);
	buf_clear(&why);
	buf_clear(&c.name);
	buf_clear(&c.out);
	buf_clear(&c.errors);
	buf_clear(&c.path);
}
