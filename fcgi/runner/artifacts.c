/*
 * artifacts.c: artifacts of earlier steps, for a job spec.
 *
 * The journal holds the name and the hash of each file.  Both stand in the job
 * spec: the executor hashes the file again (output/artifact_input.c), so that
 * exactly the recorded bytes are sent or compared.  Of several attempts, the
 * last that succeeded on a target counts.
 *
 * A sealed artifact is a box that only this program can open, for the steps
 * that read it by their compiled plan.  The box is hashed here.  Its content
 * stands in their job specs, which are files in memory.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "runner/artifacts.h"
#include "base/encode.h"
#include "base/io.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/hash.h"
#include "runner/target_secrets.h"
#include "runner/runner.h"
#include "wire/job_message.h"

/* Gathers the artifacts of one job spec. */
struct gather {
	struct runner *r;
	int64_t run;
	size_t sealed; /* bytes of sealed artifacts so far */
	struct fault *why;
};

static enum err
refuse_changed(struct gather *g, struct rows *rows)
{
	return fault_set(g->why, ERR_FORBIDDEN, "changed", NULL,
	    "refused_artifact_changed step=%s name=%s target=%s",
	    db_text(rows, "step"), db_text(rows, "name"),
	    db_text(rows, "target"));
}

/* Opens the box, of which the journal has the hash: {"content": base64}. */
static enum err
add_content(struct gather *g, struct rows *rows, const struct buf *box,
    struct json_object *files)
{
	size_t len = box->len - crypto_box_SEALBYTES;
	char *content = job_spec_open_box(g->r, box->data, box->len);
	struct buf text = { 0 };
	struct json_object *o;

	if (content == NULL)
		return fault_set(g->why, ERR_FORBIDDEN, "other_key", NULL,
		    "refused_artifact_key step=%s name=%s target=%s",
		    db_text(rows, "step"), db_text(rows, "name"),
		    db_text(rows, "target"));
	encode_base64(content, len, &text);
	o = json_object_new_object();
	json_set_text(o, "content", buf_text(&text));
	json_set(files, db_text(rows, "target"), o);
	sodium_memzero(content, len);
	free(content);
	sodium_memzero(text.data, text.cap);
	buf_clear(&text);
	g->sealed += len;
	if (g->sealed <= EXEC_OPENED_LIMIT)
		return ERR_OK;
	return fault_set(g->why, ERR_FORBIDDEN, "too_large", NULL,
	    "refused_artifacts_sealed most=%d",
	    (int)(EXEC_OPENED_LIMIT / 1048576));
}

static enum err
add_sealed(struct gather *g, struct rows *rows, const char *path,
    struct json_object *files)
{
	char hash[2 * HASH_BYTES + 1] = "";
	struct buf box = { 0 };
	enum err err = io_read_file(
	    path, EXEC_SEALED_LIMIT + crypto_box_SEALBYTES, &box);

	if (err == ERR_OK)
		hash_hex(box.data, box.len, hash);
	if (text_eq(hash, db_text(rows, "hash")))
		err = add_content(g, rows, &box, files);
	else
		err = refuse_changed(g, rows);
	buf_clear(&box);
	return err;
}

static enum err
add_file(struct gather *g, struct rows *rows, struct json_object *files)
{
	char *file = mem_printf("%s/%s" EXEC_ARTIFACT, db_text(rows, "exec"),
	    db_text(rows, "target"));
	char *path = mem_printf("%s/exec/%s", g->r->data_dir, file);
	struct json_object *o;
	enum err err = ERR_OK;

	if (db_int(rows, "sealed") != 0) {
		err = add_sealed(g, rows, path, files);
	} else {
		o = json_object_new_object();
		json_set_text(o, "file", file);
		json_set_text(o, "hash", db_text(rows, "hash"));
		json_set_text(o, "step", db_text(rows, "step"));
		json_set_text(o, "save", db_text(rows, "name"));
		json_set(files, db_text(rows, "target"), o);
	}
	free(file);
	free(path);
	return err;
}

/* Has the name, or is of the step. */
static bool
is_asked(struct rows *rows, const char *name, const char *step)
{
	return text_eq(name != NULL ? name : step,
	    db_text(rows, name != NULL ? "name" : "step"));
}

/* {target: the event of the last one there} */
static struct json_object *
last_of(struct gather *g, const char *name, const char *step)
{
	struct rows *rows = db_query(
	    g->r->replayed, STMT_ARTIFACTS_OF, INT(g->run));
	struct json_object *last = json_object_new_object();

	while (db_next(rows))
		if (is_asked(rows, name, step))
			json_set_int(
			    last, db_text(rows, "target"), db_int(rows, "seq"));
	db_done(rows);
	return last;
}

/* The artifacts with a name, or of a step: {target: file or content}. */
static enum err
files_of(struct gather *g, const char *name, const char *step,
    struct json_object *files)
{
	struct json_object *last = last_of(g, name, step);
	struct rows *rows = db_query(
	    g->r->replayed, STMT_ARTIFACTS_OF, INT(g->run));
	enum err err = ERR_OK;

	while (err == ERR_OK && db_next(rows))
		if (is_asked(rows, name, step) &&
		    json_int(last, db_text(rows, "target"), 0) ==
			db_int(rows, "seq"))
			err = add_file(g, rows, files);
	db_done(rows);
	json_object_put(last);
	return err;
}

static enum err
put_same_as(struct gather *g, const struct step *step, struct job_message *m)
{
	struct json_object *files = json_object_new_object();
	enum err err = files_of(g, NULL, step->same_as, files);

	if (err == ERR_OK && json_object_object_length(files) == 0)
		err = fault_set(g->why, ERR_FORBIDDEN, "not_kept", NULL,
		    "refused_not_kept_step step=%s", step->same_as);
	m->compare = files;
	return err;
}

/* Files of the runbook folder, with the hash from the plan. */
static void
put_files(
    const struct step *step, struct json_object *targets, struct job_message *m)
{
	struct json_object *all = json_object_new_object();

	for (size_t i = 0; i < step->files_count; i++) {
		struct json_object *snapshot = json_get(
		    targets, step->files[i]);
		struct json_object *o = json_object_new_object();

		json_set_text(o, "file", json_text(snapshot, "file", ""));
		json_set_text(o, "sha256", json_text(snapshot, "sha256", ""));
		json_set(all, step->files[i], o);
	}
	m->files = all;
}

/* No step has kept what this one sends, or the list that it goes through. */
static enum err
refuse_missing(const struct step *step, const char *name, struct fault *why)
{
	if (text_eq(step->foreach_artifact, name))
		return fault_set(why, ERR_FORBIDDEN, "not_kept", NULL,
		    "refused_no_list step=%s", step->foreach);
	return fault_set(why, ERR_FORBIDDEN, "not_kept", NULL,
	    "refused_not_kept name=%s save=%s", name, name);
}

enum err
job_spec_put_artifacts(struct runner *r, int64_t run, const struct step *step,
    struct json_object *targets, struct job_message *m, struct fault *why)
{
	struct json_object *all = json_object_new_object();
	struct gather g = { .r = r, .run = run, .why = why };
	enum err err = ERR_OK;

	for (size_t i = 0; i < step->sends_count && err == ERR_OK; i++) {
		struct json_object *files = json_object_new_object();

		err = files_of(&g, step->sends_artifacts[i], NULL, files);
		if (err == ERR_OK && json_object_object_length(files) == 0)
			err = refuse_missing(step, step->sends[i], why);
		json_set(all, step->sends[i], files);
	}
	m->artifacts = all;
	put_files(step, targets, m);
	if (err == ERR_OK && step->same_as != NULL)
		err = put_same_as(&g, step, m);
	return err;
}
