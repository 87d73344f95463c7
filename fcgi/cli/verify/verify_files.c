/*
 * verify_files.c: checks the files that executions left.
 *
 * The journal has one hash of a recording, that of its times (wire/times.h),
 * which have the hashes of its other files.  An execution of an older version
 * has no times: the hash is that of the cast, and nothing proves its text.  So
 * that nobody makes the one of the other by another name, a cast must look like
 * one.  Nor does anything prove the texts of looks, and of executions that left
 * no end; these texts are counted.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/verify/verify.h"
#include "cli/verify/verify_files.h"
#include "pack/exec_file.h"
#include "wire/exec.h"
#include "wire/times.h"

/* The files of a target of an execution. */
struct target_files {
	const char *data;
	int64_t run;
	const char *exec;
	const char *target;
	struct verify_count *count;
};

static struct exec_file_name
name_of(const struct target_files *t, const char *file)
{
	return (struct exec_file_name){ t->data, t->run, t->exec, file };
}

static bool
has_hash(const struct target_files *t, const char *ending, const char *hash)
{
	char *file = mem_printf("%s%s", t->target, ending);
	struct exec_file_name name = name_of(t, file);
	char found[HASH_TEXT];
	bool same = exec_file_hash(&name, found) == ERR_OK &&
	    text_eq(found, hash);

	free(file);
	return same;
}

/* Counts the text, if there is one, as one that no event proves. */
static void
count_unproven(const struct target_files *t)
{
	char *file = mem_printf("%s" EXEC_TEXT, t->target);
	struct exec_file_name name = name_of(t, file);
	struct exec_file *f = NULL;

	if (exec_file_open(&name, &f) == ERR_OK && exec_file_size(f) > 0)
		t->count->unproven++;
	exec_file_close(f);
	free(file);
}

static bool
is_artifact(const struct target_files *t, const char *hash)
{
	return has_hash(t, EXEC_ARTIFACT, hash);
}

static bool
is_sealed(const struct target_files *t, const char *hash)
{
	return has_hash(t, EXEC_SEALED, hash);
}

/* The cast of an execution of an older version. */
static bool
is_cast(const struct target_files *t, const char *hash)
{
	char *file = mem_printf("%s" EXEC_CAST, t->target);
	struct exec_file_name name = name_of(t, file);
	struct exec_file *f = NULL;
	char first = '\0';
	bool same = has_hash(t, EXEC_CAST, hash) &&
	    exec_file_open(&name, &f) == ERR_OK &&
	    exec_file_read(f, &first, 1, 0) == 1 && first == '{';

	exec_file_close(f);
	free(file);
	count_unproven(t);
	return same;
}

/* The text, and the cast of a terminal, are as the times say. */
static bool
is_as_timed(const struct target_files *t, const struct buf *data)
{
	struct times times;
	bool same = times_read(buf_text(data), data->len, &times) == ERR_OK &&
	    has_hash(t, EXEC_TEXT, times.text.hash) &&
	    (times.cast.hash[0] == '\0' ||
		has_hash(t, EXEC_CAST, times.cast.hash));

	times_clear(&times);
	return same;
}

static bool
is_recorded(const struct target_files *t, const char *hash)
{
	char *file = mem_printf("%s" EXEC_TIMES, t->target);
	struct exec_file_name name = name_of(t, file);
	struct buf data = { 0 };
	char found[HASH_TEXT];
	bool same;
	enum err err = exec_file_read_all(&name, TIMES_MOST, &data);

	hash_hex(buf_text(&data), data.len, found);
	same = err == ERR_NOT_FOUND
	    ? is_cast(t, hash)
	    : err == ERR_OK && text_eq(found, hash) && is_as_timed(t, &data);
	buf_clear(&data);
	free(file);
	return same;
}

static struct target_files
files_of_row(struct verify *v, struct rows *rows)
{
	return (struct target_files){ v->data, db_int(rows, "run"),
		verify_text(rows, "exec"), verify_text(rows, "target"),
		v->count };
}

static void
count_without_hash(struct verify *v)
{
	struct rows *rows = db_query(
	    v->db, STMT_OUTPUTS_UNPROVEN, INT(v->first), INT(v->last));

	while (db_next(rows)) {
		struct target_files t = files_of_row(v, rows);

		count_unproven(&t);
	}
	db_done(rows);
}

/* The files of the rows {exec, target, hash, run, step, n}. */
static void
check_files(struct verify *v, enum stmt stmt,
    bool (*is_same)(const struct target_files *t, const char *hash),
    const char *what)
{
	struct rows *rows = db_query(v->db, stmt, INT(v->first), INT(v->last));

	while (db_next(rows)) {
		struct target_files t = files_of_row(v, rows);

		if (!is_same(&t, verify_text(rows, "hash")))
			cli_wrong(&v->count->wrong,
			    "verify_file what=@%s run=%lld step=%s "
			    "attempt=%lld target=%s",
			    what, (long long)t.run, verify_text(rows, "step"),
			    (long long)db_int(rows, "n"), t.target);
		v->count->outputs++;
	}
	db_done(rows);
}

void
verify_files(struct verify *v)
{
	check_files(v, STMT_OUTPUTS_ALL, is_recorded, "verify_file_output");
	check_files(v, STMT_SEALED_ALL, is_sealed, "verify_file_sealed");
	check_files(v, STMT_ARTIFACTS_ALL, is_artifact, "verify_file_kept");
	count_without_hash(v);
}
