/*
 * fanout.c: runs the step on all of its targets, at once or in batches.
 *
 * One process per target: a crash or a hang affects only that target, each may
 * block in its own way, and its memory is released when it ends.  Threads were
 * rejected for that reason.  The parent only waits, decides whether further
 * targets may start, and passes cancel requests on.  A target whose process
 * dies without a last line is `unknown`; its local script, if it has one, is
 * killed, so that nothing runs on unnoticed.  A process that hangs is killed
 * too, after its deadline or a cancel request.
 *
 * A batch starts when the previous one has ended.  Every result but success
 * counts as failed: with max_fail no target is started once more than that many
 * have failed, not even in the middle of a batch; without it, batches stop
 * after the first one with a failure.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/message.h"
#include "executor/aggregate.h"
#include "executor/fanout.h"
#include "executor/ssh/ssh.h"
#include "executor/output/redact.h"
#include "executor/status.h"
#include "executor/target.h"

#define NO_PROCESS (-1)
#define SILENT_MS 60000 /* a slow fsync may take as long */
#define END_MS 20000    /* to handle a cancel request */
#define CLEANUP_MS (2 * 60 * 1000)

struct fanout {
	const struct job_spec *spec;
	struct mask *mask;
	pid_t *pids;               /* 0: not running; NO_PROCESS: no fork */
	struct fanout_slot *slots; /* shared with the children */
	size_t started;
	size_t running;
	int64_t cancelled_at; /* monotonic, or 0 */
	enum halt halt;       /* why no other target is started */
	bool done;            /* the final line is written */
	enum err err;         /* of writing it */
};

static volatile sig_atomic_t cancelled;

extern void __lsan_do_leak_check(void) __attribute__((weak));

static void
on_cancel(int sig)
{
	(void)sig;
	cancelled = 1;
}

/* Needed only so that the end of a child wakes ppoll(2). */
static void
on_child(int sig)
{
	(void)sig;
}

/*
 * Leaves the child without the exit handlers of some forty libraries, which
 * take longer than a login; only the sanitizer's leak check is run.
 */
static void __attribute__((noreturn)) leave(void)
{
	if (__lsan_do_leak_check != NULL)
		__lsan_do_leak_check();
	_exit(0);
}

static void
start_next(struct fanout *f)
{
	size_t i = f->started++;
	pid_t parent = getpid(), pid;

	f->slots[i].beat = clock_monotonic();
	if (f->spec->step.timeout_ms > 0)
		f->slots[i].deadline = f->slots[i].beat +
		    f->spec->step.timeout_ms;
	pid = fork();
	if (pid == 0) {
		target_run(f->spec, &f->spec->targets[i], f->mask, parent,
		    &f->slots[i]);
		mask_free(f->mask);
		leave();
	}
	if (pid < 0) {
		log_warn("no process for %s", f->spec->targets[i].name);
		f->pids[i] = NO_PROCESS;
		return;
	}
	f->pids[i] = pid;
	f->running++;
}

static void
end_all(struct fanout *f)
{
	for (size_t i = 0; i < f->started; i++) {
		if (f->pids[i] <= 0)
			continue;
		/*
		 * In case it was stopped; not behind SIGTERM, where SIGCONT
		 * would take away the stop that LeakSanitizer waits for.
		 */
		kill(f->pids[i], SIGCONT);
		kill(f->pids[i], SIGTERM);
	}
	cancelled = 2;
	f->cancelled_at = clock_monotonic();
	f->halt = HALT_CANCELLED;
}

/* The number of started targets that have ended, and of those that failed. */
static size_t
count_ended(const struct fanout *f, size_t *ret_failed)
{
	size_t ended = 0, failed = 0;

	for (size_t i = 0; i < f->started; i++) {
		if (f->pids[i] > 0 && !f->slots[i].finished)
			continue;
		ended++;
		failed += !f->slots[i].finished ||
		    f->slots[i].state != STATE_SUCCEEDED;
	}
	*ret_failed = failed;
	return ended;
}

/* True if one more may be started now. */
static bool
may_start(struct fanout *f)
{
	const struct job_spec *o = f->spec;
	size_t ended, failed, batch = (size_t)o->step.batch;

	if (f->halt != HALT_NONE || f->started == o->targets_count ||
	    f->running >= (size_t)o->parallel)
		return false;
	if (batch == 0 && o->step.max_fail < 0)
		return true;
	ended = count_ended(f, &failed);
	if (o->step.max_fail >= 0 && failed > (size_t)o->step.max_fail)
		f->halt = HALT_MAX_FAIL;
	else if (batch > 0 && f->started > 0 && f->started % batch == 0) {
		if (ended < f->started)
			return false;
		if (o->step.max_fail < 0 && failed > 0)
			f->halt = HALT_BATCH;
	}
	return f->halt == HALT_NONE;
}

static void
reap_one(struct fanout *f, pid_t pid)
{
	for (size_t i = 0; i < f->started; i++) {
		if (f->pids[i] != pid)
			continue;
		f->pids[i] = 0;
		f->running--;
		if (f->slots[i].group > 0)
			kill(-f->slots[i].group, SIGKILL);
	}
}

/* A silent process is past its deadline or has been cancelled. */
static bool
is_overdue(const struct fanout *f, const struct fanout_slot *s, int64_t now)
{
	return (s->deadline > 0 && now >= s->deadline + SILENT_MS) ||
	    (f->cancelled_at > 0 && now >= f->cancelled_at + END_MS);
}

static void
check_target(struct fanout *f, size_t i, int64_t now)
{
	const char *name = f->spec->targets[i].name;
	struct fanout_slot *s = &f->slots[i];
	bool silent = now >= s->beat + SILENT_MS;

	if (silent && !s->silent)
		status_note(name, "silent", MESSAGE("note_silent"));
	else if (s->silent && !silent)
		status_note(name, "answers", MESSAGE("note_goes_on"));
	s->silent = silent;
	if (!silent || !is_overdue(f, s, now))
		return;
	s->hung = true;
	kill(f->pids[i], SIGKILL);
}

/* The result is durable: a cleanup that hangs may be lost. */
static void
end_cleanup(const struct fanout *f, size_t i, int64_t now)
{
	if (now >= f->slots[i].beat + CLEANUP_MS)
		kill(f->pids[i], SIGKILL);
}

/* The earlier of both times; 0 is none. */
static int64_t
sooner(int64_t a, int64_t b)
{
	return a == 0 || (b > 0 && b < a) ? b : a;
}

/* Checks the process of each target; touches the alive file for this one. */
static void
check_targets(struct fanout *f)
{
	int64_t now = clock_monotonic(), deadline = 0;

	for (size_t i = 0; i < f->started; i++) {
		if (f->pids[i] <= 0)
			continue;
		if (f->slots[i].finished) {
			end_cleanup(f, i, now);
			continue;
		}
		check_target(f, i, now);
		deadline = sooner(deadline, f->slots[i].deadline);
	}
	alive_beat(deadline);
}

/* All processes are gone without a notification of their end. */
static void
lose_all(struct fanout *f)
{
	for (size_t i = 0; i < f->started; i++)
		if (f->pids[i] > 0)
			reap_one(f, f->pids[i]);
}

/*
 * Writes the final line when each target has its last one; it does not wait for
 * the cleanup on the targets.
 */
static void
finish_if_done(struct fanout *f)
{
	const struct job_spec *o = f->spec;
	enum outcome *outcomes;

	if (f->done || (f->started < o->targets_count && f->halt == HALT_NONE))
		return;
	for (size_t i = 0; i < f->started; i++)
		if (f->pids[i] > 0 && !f->slots[i].finished)
			return;
	outcomes = mem_calloc(o->targets_count, sizeof(outcomes[0]));
	for (size_t i = 0; i < o->targets_count; i++)
		outcomes[i] = i >= f->started || f->pids[i] == NO_PROCESS
		    ? OUTCOME_NOT_STARTED
		    : f->slots[i].finished ? OUTCOME_WRITTEN
		    : f->slots[i].hung     ? OUTCOME_HUNG
					   : OUTCOME_DIED;
	f->err = aggregate(o, outcomes, f->halt);
	f->done = true;
	free(outcomes);
}

static void
run_all(struct fanout *f)
{
	const struct timespec again = { 1, 0 }; /* a signal can be missed */
	sigset_t block, open;
	pid_t pid;

	sigemptyset(&block);
	sigaddset(&block, SIGTERM);
	sigaddset(&block, SIGINT);
	sigaddset(&block, SIGCHLD);
	sigprocmask(SIG_BLOCK, &block, NULL);
	sigemptyset(&open);
	for (;;) {
		while (may_start(f))
			start_next(f);
		finish_if_done(f);
		if (f->running == 0)
			break;
		check_targets(f);
		if ((pid = waitpid(-1, NULL, WNOHANG)) > 0) {
			reap_one(f, pid);
			continue;
		}
		if (pid < 0 && errno == ECHILD)
			lose_all(f);
		ppoll(NULL, 0, &again, &open);
		if (cancelled == 1)
			end_all(f);
	}
	sigprocmask(SIG_SETMASK, &open, NULL);
}

/* The secrets of the job, and the artifacts that were sealed. */
static struct mask *
make_mask(const struct job_spec *o)
{
	struct mask *m = mask_new(o->mask, o->mask_count);

	for (size_t i = 0; i < o->artifacts_count + o->compare_count; i++) {
		const struct job_artifact *a = i < o->artifacts_count
		    ? &o->artifacts[i]
		    : &o->same[i - o->artifacts_count];

		if (a->file == NULL)
			mask_add_content(
			    m, buf_text(&a->content), a->content.len);
	}
	return m;
}

enum err
fanout_run(const struct job_spec *spec)
{
	size_t n = spec->targets_count, size = n * sizeof(struct fanout_slot);
	struct fanout f = { .spec = spec };
	struct sigaction sa = { .sa_handler = on_cancel };

	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	sa.sa_handler = on_child;
	sigaction(SIGCHLD, &sa, NULL);
	f.mask = make_mask(spec);
	ssh_conn_prepare(spec);
	f.pids = mem_calloc(n, sizeof(f.pids[0]));
	f.slots = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (f.slots == MAP_FAILED)
		log_fatal("no memory to share");
	run_all(&f);
	munmap(f.slots, size);
	mask_free(f.mask);
	free(f.pids);
	return f.err;
}
