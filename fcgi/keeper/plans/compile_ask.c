/*
 * compile_ask.c: plans and environments from countersign-compile, and the
 * hashes of files from a child.
 *
 * Answers are cached by their request, which holds all that they depend on: a
 * run of a runbook that has not changed needs no process.  A failure is not
 * cached: the next press tries again.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "keeper/plans/compile_ask.h"
#include "plan/plan_files.h"

#define CACHED 16

struct compiler {
	char *program;
	bool waits;
	struct compile_job *wanted;
	const struct compile_job *ended; /* of the command that is called */
	struct {
		char key[COMPILE_KEY + 1];
		struct compile_answer answer;
		uint64_t used;
	} cached[CACHED];
	uint64_t clock;
};

void
compile_open(struct keeper *k)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (n <= 0)
		log_fatal("/proc/self/exe cannot be read: is /proc mounted?");
	path[n] = '\0';
	*strrchr(path, '/') = '\0';
	k->compiler = mem_calloc(1, sizeof(*k->compiler));
	k->compiler->program = mem_printf("%s/countersign-compile", path);
}

void
compile_close(struct keeper *k)
{
	struct compiler *c = k->compiler;

	compile_job_free(c->wanted);
	for (size_t i = 0; i < CACHED; i++)
		compile_answer_clear(&c->cached[i].answer);
	free(c->program);
	free(c);
	k->compiler = NULL;
}

const char *
compile_program(const struct keeper *k)
{
	return k->compiler->program;
}

void
compile_set_waiting(struct keeper *k, bool waits)
{
	k->compiler->waits = waits;
}

void
compile_resume(struct keeper *k, const struct compile_job *ended)
{
	k->compiler->ended = ended;
	compile_job_free(compile_wanted(k));
}

struct compile_job *
compile_wanted(struct keeper *k)
{
	struct compile_job *j = k->compiler->wanted;

	k->compiler->wanted = NULL;
	return j;
}

static const struct compile_answer *
find(struct compiler *c, const char *key)
{
	for (size_t i = 0; i < CACHED; i++)
		if (strcmp(c->cached[i].key, key) == 0) {
			c->cached[i].used = ++c->clock;
			return &c->cached[i].answer;
		}
	return NULL;
}

void
compile_take(struct keeper *k, struct compile_job *j)
{
	struct compiler *c = k->compiler;
	struct compile_answer answer;
	size_t oldest = 0;

	if (!compile_job_end(j, &answer))
		return;
	if (j->kind != COMPILE_TARGETS) { /* the plan has all of it */
		json_object_put(answer.json);
		answer.json = answer.plan_json = NULL;
	}
	for (size_t i = 0; i < CACHED; i++) {
		if (strcmp(c->cached[i].key, j->key) == 0) {
			compile_answer_clear(&answer);
			return;
		}
		if (c->cached[i].used < c->cached[oldest].used)
			oldest = i;
	}
	compile_answer_clear(&c->cached[oldest].answer);
	c->cached[oldest].answer = answer;
	c->cached[oldest].used = ++c->clock;
	memcpy(c->cached[oldest].key, j->key, sizeof(j->key));
}

void
compile_forget(struct keeper *k, const struct compile_answer *a)
{
	for (size_t i = 0; i < CACHED; i++)
		if (a == &k->compiler->cached[i].answer)
			k->compiler->cached[i].key[0] = '\0';
}

enum err
compile_failed(enum compile_failure failure, struct fault *fault)
{
	switch (failure) {
	case COMPILE_NOT_STARTED:
		return fault_set(fault, ERR_UNAVAILABLE, "compile_not_started",
		    NULL, "refused_compile_not_started");
	case COMPILE_SLOW:
		return fault_set(fault, ERR_UNAVAILABLE, "compile_slow", NULL,
		    "refused_compile_slow seconds=%d", COMPILE_SECONDS);
	case COMPILE_WRONG:
		return fault_set(fault, ERR_UNAVAILABLE, "compile_wrong", NULL,
		    "refused_compile_wrong");
	default:
		return fault_set(fault, ERR_UNAVAILABLE, "compile_died", NULL,
		    "refused_compile_died");
	}
}

/* Starts the job, and waits for its end. */
static void
run_here(struct keeper *k, struct compile_job *j)
{
	struct pollfd p;

	if (!compile_job_start(j, compile_program(k)))
		return;
	p = (struct pollfd){ .fd = j->fd, .events = POLLIN };
	while (poll(&p, 1, compile_job_left(j)) <= 0)
		compile_job_tick(j);
	compile_take(k, j);
}

enum err
compile_refused(const struct compile_answer *a, struct fault *fault)
{
	const struct compile_refusal *r = a->refused;

	if (a->refused_count == 0)
		return ERR_OK;
	return fault_set(
	    fault, (enum err)r->err, r->code, r->field, "%s", r->message);
}

/* The command is called again when the job, which is taken over, has ended. */
static enum err
want(struct compiler *c, struct compile_job *j, struct fault *fault)
{
	compile_job_free(c->wanted);
	c->wanted = j;
	return fault_set(fault, ERR_UNAVAILABLE, "compile_busy", NULL,
	    "refused_compile_busy");
}

enum err
compile_ask(struct keeper *k, const struct compile_request *r,
    const struct compile_answer **ret, struct fault *fault)
{
	struct compiler *c = k->compiler;
	struct compile_job *j = compile_job_new(r);
	const struct compile_job *ended = c->ended;
	const struct compile_answer *a = find(c, j->key);
	enum err err = ERR_OK;

	if (a == NULL && c->waits) {
		run_here(k, j);
		ended = j;
		a = find(c, j->key);
	}
	if (a != NULL && a->plan == NULL && a->refused_count > 0) {
		err = compile_refused(a, fault);
	} else if (a != NULL) {
		*ret = a;
	} else if (ended != NULL && ended->failure != COMPILE_ANSWERED &&
	    strcmp(ended->key, j->key) == 0) {
		err = compile_failed(ended->failure, fault);
	} else {
		return want(c, j, fault);
	}
	compile_job_free(j);
	return err;
}

/* Takes the hashes of the files from a job that has ended. */
static enum err
take_files(const struct compile_job *ended, struct json_object *resolved,
    struct fault *fault)
{
	if (ended->failure == COMPILE_SLOW)
		return fault_set(fault, ERR_UNAVAILABLE, "files_slow", NULL,
		    "refused_files_slow seconds=%d", COMPILE_SECONDS);
	if (ended->failure != COMPILE_ANSWERED)
		return compile_failed(ended->failure, fault);
	if (ended->fault.code[0] != '\0') {
		*fault = ended->fault;
		return ERR_INVALID;
	}
	json_object_object_foreach (ended->resolved, path, o)
		json_set(resolved, path, json_object_get(o));
	return ERR_OK;
}

enum err
compile_files(struct keeper *k, const struct plan *plan,
    struct json_object *resolved, struct fault *fault)
{
	struct json_object *list = plan_files_list(plan);
	const struct compile_job *ended = k->compiler->ended;
	struct compile_job *j;
	enum err err;

	if (json_object_object_length(list) == 0) {
		json_object_put(list);
		return ERR_OK;
	}
	j = compile_job_new_files(k->runbooks_dir, list);
	if (ended == NULL || ended->folder == NULL ||
	    strcmp(ended->key, j->key) != 0)
		return want(k->compiler, j, fault);
	err = take_files(ended, resolved, fault);
	compile_job_free(j);
	return err;
}

enum err
compile_ask_targets(struct keeper *k, const struct buf *text,
    const struct compile_answer **ret, struct fault *fault)
{
	const struct compile_request r = { .kind = COMPILE_TARGETS,
		.targets = buf_text(text),
		.targets_bytes = (int64_t)text->len,
		.folder = k->runbooks_dir };

	return compile_ask(k, &r, ret, fault);
}
