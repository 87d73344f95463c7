/*
 * artifacts.c: artifacts of earlier steps, for a job spec.
 *
 * The journal holds the name and the hash of each file.  The file is hashed
 * again here, so that exactly the recorded bytes are sent or compared.  Of
 * several attempts, the last that succeeded on a target counts.
 */
#include <stdio.h>
#include <stdlib.h>

#include "runner/artifacts.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "journal/hash.h"
#include "runner/runner.h"
#include "wire/job_message.h"

static enum err
add_file(struct runner *r, struct rows *rows, struct json_object *files,
    struct fault *why)
{
	char *file = mem_printf("%s/%s" EXEC_ARTIFACT, db_text(rows, "exec"),
	    db_text(rows, "target"));
	char *path = mem_printf("%s/exec/%s", r->data_dir, file);
	char hash[2 * HASH_BYTES + 1] = "";
	enum err err = ERR_OK;

	if (hash_file(path, hash) == ERR_OK &&
	    text_eq(hash, db_text(rows, "hash")))
		json_set_text(files, db_text(rows, "target"), file);
	else
		err = fault_set(why, ERR_FORBIDDEN, "changed", NULL,
		    "refused_artifact_changed step=%s name=%s target=%s",
		    db_text(rows, "step"), db_text(rows, "name"),
		    db_text(rows, "target"));
	free(file);
	free(path);
	return err;
}

/* The artifacts with a name, or of a step: {target: file}. */
static enum err
files_of(struct runner *r, int64_t run, const char *name, const char *step,
    struct json_object *files, struct fault *why)
{
	struct rows *rows = db_query(r->replayed, STMT_ARTIFACTS_OF, INT(run));
	enum err err = ERR_OK;

	while (err == ERR_OK && db_next(rows))
		if (text_eq(name != NULL ? name : step,
			db_text(rows, name != NULL ? "name" : "step")))
			err = add_file(r, rows, files, why);
	db_done(rows);
	return err;
}

static enum err
put_same_as(struct runner *r, int64_t run, const struct step *step,
    struct job_message *m, struct fault *why)
{
	struct json_object *files = json_object_new_object();
	enum err err = files_of(r, run, NULL, step->same_as, files, why);

	if (err == ERR_OK && json_object_object_length(files) == 0)
		err = fault_set(why, ERR_FORBIDDEN, "not_kept", NULL,
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
	enum err err = ERR_OK;

	for (size_t i = 0; i < step->sends_count && err == ERR_OK; i++) {
		struct json_object *files = json_object_new_object();

		err = files_of(
		    r, run, step->sends_artifacts[i], NULL, files, why);
		if (err == ERR_OK && json_object_object_length(files) == 0)
			err = refuse_missing(step, step->sends[i], why);
		json_set(all, step->sends[i], files);
	}
	m->artifacts = all;
	put_files(step, targets, m);
	if (err == ERR_OK && step->same_as != NULL)
		err = put_same_as(r, run, step, m, why);
	return err;
}
