/* job_spec.h: the job of this process, read from wire/job_message.h. */
#ifndef EXECUTOR_JOB_SPEC_H
#define EXECUTOR_JOB_SPEC_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "executor/job_target.h"
#include "plan/step.h"
#include "wire/exec.h"
#include "wire/job_message.h"

struct job_spec_value {
	const char *name;
	const char *text;
};

/* An artifact of an earlier step. */
struct job_artifact {
	const char *name; /* NULL in `same` */
	const char *target;
	const char *file;   /* EXEC/TARGET.save; NULL: it was sealed */
	const char *hash;   /* of the file, as the journal has it */
	const char *step;   /* by which it was kept */
	const char *save;   /* as this */
	struct buf content; /* of a sealed one */
};

struct job_spec {
	struct job_message message; /* owns all texts */
	struct json_object *made;   /* except those made here: an array */
	const char *exec;
	const char *run;         /* or NULL */
	const char *environment; /* or NULL */
	const char *local_user;  /* of local steps, or NULL */
	const char *local_path;  /* PATH of local steps, or NULL */
	bool local_production;
	bool local_unconfined; /* permitted to run without isolation */
	bool local_forbidden;
	struct step step;        /* exit_count is at least 1 */
	const char *interpreter; /* "sh", "bash", "python3", or NULL */
	bool dry_run;
	bool sealed; /* its output, to this key */
	unsigned char seal_to[EXEC_SEAL_KEY];
	unsigned char save_to[EXEC_SEAL_KEY]; /* its artifact, to this one */
	struct buf folder;                    /* of cwd; see fill_folder() */
	int64_t output_limit;
	int parallel;
	struct job_spec_value *values; /* values and secrets */
	size_t values_count;
	struct job_spec_value *given; /* of the targets of with=, for braces */
	size_t given_count;
	const char **mask; /* texts to redact: mask and secrets */
	size_t mask_count;
	struct buf changed; /* why an artifact is not as it was, or empty */
	struct job_artifact *same; /* artifacts of same_as */
	size_t compare_count;
	struct json_object *files; /* {"./path": {"file", "sha256"}} */
	struct job_artifact *artifacts;
	size_t artifacts_count;
	struct job_target *targets;
	size_t targets_count;
	struct json_object *own;     /* {target: {name: text}}, or NULL */
	struct json_object *lacks;   /* {target: why}, or NULL */
	struct json_object *numbers; /* names of values that are numbers */
	struct json_object *from_statement; /* SQL: {target: n}, or NULL */
	struct json_object *skipped;        /* SQL: {target: [n]}, or NULL */
	struct job_target *hosts;           /* copy: its SSH targets */
	size_t hosts_count;
};

/*
 * Reads the job spec from the text.  Unknown keys, missing ones and values out
 * of range are ERR_INVALID with a fault.  On success the caller releases *ret
 * with job_spec_clear(), which wipes nothing: the process ends soon.
 */
enum err job_spec_parse(
    const char *text, size_t len, struct job_spec *ret, struct fault *fault);
void job_spec_clear(struct job_spec *o);

/*
 * The job spec for one target: *ret also has the target's own values, which
 * come before the common ones.  ERR_INVALID with a fault: they are malformed,
 * or one is missing. *ret shares all else with `o`; the caller frees
 * ret->values alone.
 */
enum err job_spec_for_target(const struct job_spec *o, const char *target,
    struct job_spec *ret, struct fault *fault);

/* The value, or secret, of that name, also of with=; or NULL. */
const char *job_spec_value(const struct job_spec *o, const char *name);

/* A user name that is safe in any command line: [A-Za-z_][A-Za-z0-9_.-]*. */
bool job_spec_is_user(const char *s);

/* For its readers.  Returns ERR_INVALID: the key has an invalid value. */
enum err job_spec_wrong(
    struct fault *fault, const char *field, const char *what);

/* Number of elements of an array, which may be NULL. */
size_t job_spec_length(struct json_object *array);

/* The text of a key; NULL if it is empty or absent. */
const char *job_spec_text(struct json_object *o, const char *key);

#endif
