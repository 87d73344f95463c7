/*
 * supervise.c: one countersign-executor process per attempt.
 *
 * An execution reports in files of its folder, so it does not matter whether
 * this runner started it or an earlier one.  An execution without a process and
 * without a final status line is lost: its outcome is unknown, and only a probe
 * or a person may settle it; unless it was our child and had not begun.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner/supervise.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/message.h"
#include "runner/dry_run.h"
#include "runner/runner.h"
#include "runner/keeper_client.h"
#include "runner/not_begun.h"
#include "runner/spawn.h"
#include "runner/status_lines.h"
#include "runner/alive.h"
#include "runner/job_spec_make.h"

#define ADOPT_GRACE_MS 3000 /* a new process may not have its lock yet */
#define NO_PROCESS MESSAGE("said_no_process")
#define NO_FOLDER MESSAGE("said_no_folder")

char *
exec_path(struct runner *r, const char *exec, const char *file)
{
	return mem_printf("%s/exec/%s/%s", r->data_dir, exec, file);
}

static struct exec *
find(struct runner *r, const char *id)
{
	for (struct exec *e = r->execs; e != NULL; e = e->next)
		if (strcmp(e->id, id) == 0)
			return e;
	return NULL;
}

static struct exec *
add(struct runner *r, const char *id)
{
	struct exec *e = mem_calloc(1, sizeof(*e));
	char *status = exec_path(r, id, EXEC_STATUS);

	snprintf(e->id, sizeof(e->id), "%s", id);
	e->seen = clock_monotonic();
	e->watch = inotify_add_watch(r->inotify, status, IN_MODIFY);
	e->open = true;
	e->next = r->execs;
	r->execs = e;
	free(status);
	return e;
}

static enum err
report_lost(struct runner *r, const char *exec, const char *message)
{
	return keeper_report(r, RUNNER_LOST,
	    &(struct runner_message){ .exec = exec, .message = message });
}

/*
 * Sends the results of a dry run, or the reason of its failure, to the keeper.
 */
static enum err
end_dry_run(struct runner *r, const char *exec, struct json_object *results,
    const char *message)
{
	return keeper_report(r, RUNNER_DRY_RUN_ENDED,
	    &(struct runner_message){
		.exec = exec, .results = results, .message = message });
}

/*
 * A process of an earlier runner that has not come as far as its lock, such as
 * a stopped one, must not begin after its attempt was given up: it ends where
 * EXEC_PID exists.  False: it has the lock now.
 */
static bool
forbid_start(struct runner *r, const char *exec)
{
	char *lock = exec_path(r, exec, EXEC_LOCK);
	char *pid = exec_path(r, exec, EXEC_PID);
	int fd = io_lock(lock);
	bool forbidden = fd >= 0
	    ? access(pid, F_OK) == 0 ||
		io_write_file(pid, 0600, "0\n", 2) == ERR_OK
	    : errno == ENOENT; /* nothing starts without its folder */

	if (fd >= 0)
		close(fd);
	free(pid);
	free(lock);
	return forbidden;
}

/*
 * Reports the execution as lost, or as failed if its process did not begin.
 * ERR_UNAVAILABLE: later.
 */
static enum err
give_up(struct runner *r, struct exec *e)
{
	const char *message = e->not_begun ? NO_PROCESS
	    : e->killed                    ? MESSAGE("said_process_killed")
					   : MESSAGE("said_process_died");

	if (e->results != NULL)
		return end_dry_run(r, e->id, e->results, message);
	if (e->not_begun && not_begun_write(r, e->id, message)) {
		e->not_begun = false;
		return ERR_UNAVAILABLE; /* its lines are passed on next */
	}
	if (e->child == 0 && !forbid_start(r, e->id))
		return ERR_UNAVAILABLE;
	return report_lost(r, e->id, message);
}

/*
 * After exec_starting was acknowledged: the start cannot be undone from here.
 */
static struct exec *
start_executor(struct runner *r, const char *exec, const struct spawn *spawn)
{
	pid_t child = spawn_executor(r, exec, spawn);
	struct exec *e;

	if (child <= 0)
		return NULL;
	e = add(r, exec);
	e->child = child;
	return e;
}

static struct asked *
find_asked(struct runner *r, const char *exec)
{
	for (size_t i = 0; i < RUNNER_ASKED; i++)
		if (strcmp(r->asked[i].exec, exec) == 0)
			return &r->asked[i];
	return NULL;
}

/*
 * Reports the start to the keeper.  True: it is recorded, and only we may start
 * the attempt.  If no reply arrives, the next hello shows the result.
 */
static bool
accept_job_spec(struct runner *r, const char *exec)
{
	struct asked *asked = find_asked(r, exec);
	enum err err;

	if (asked == NULL) {
		asked = &r->asked[r->asked_next++ % RUNNER_ASKED];
		snprintf(asked->exec, sizeof(asked->exec), "%s", exec);
	}
	err = keeper_report(
	    r, RUNNER_STARTING, &(struct runner_message){ .exec = exec });
	if (err != ERR_OK)
		runner_again(r);
	return err == ERR_OK;
}

/* `state` is the attempt's: requested, or starting if no reply arrived. */
static void
start(struct runner *r, const char *exec, const char *state)
{
	bool accepted = state_find(state) != STATE_REQUESTED;
	struct spawn spawn = { 0 };
	struct fault why = { 0 };
	enum err err = job_spec_make(r, exec, state, &spawn, &why);

	if (err == ERR_UNAVAILABLE) {
		log_warn("execution %s: the journal cannot be read now", exec);
		runner_again(r);
	} else if (err != ERR_OK) {
		log_warn("execution %s refused: %s", exec, why.message);
		report_lost(r, exec, why.message);
	} else if (!spawn_make_folder(r, exec)) {
		report_lost(r, exec, NO_FOLDER);
	} else if (accepted || accept_job_spec(r, exec)) {
		find_asked(r, exec)->exec[0] = '\0';
		if (start_executor(r, exec, &spawn) != NULL)
			; /* it reports itself */
		else if (not_begun_write(r, exec, NO_PROCESS))
			add(r, exec);
		else
			report_lost(r, exec, NO_PROCESS);
	}
	spawn_clear(&spawn);
}

/* True if its process exists or existed. */
static bool
has_begun(struct runner *r, const char *exec)
{
	char *pid = exec_path(r, exec, EXEC_PID);
	char *lock = exec_path(r, exec, EXEC_LOCK);
	bool begun = io_is_locked(lock) || access(pid, F_OK) == 0;

	free(lock);
	free(pid);
	return begun;
}

/*
 * True of a child that has ended and had not begun: an executor writes its pid
 * before it does anything, and does not write that if the status has lines.
 */
static bool
has_not_begun(struct runner *r, const char *exec)
{
	char *pid = exec_path(r, exec, EXEC_PID);
	char *lock = exec_path(r, exec, EXEC_LOCK);
	char *status = exec_path(r, exec, EXEC_STATUS);
	struct stat st;
	bool never = !io_is_locked(lock) && stat(status, &st) == 0 &&
	    st.st_size == 0 && access(pid, F_OK) != 0 && errno == ENOENT;

	free(status);
	free(lock);
	free(pid);
	return never;
}

/*
 * Starts a dry run, or adopts that of an earlier runner.  If the process of
 * that one is only just being started, the lock decides between it and ours.
 */
static void
start_dry_run(struct runner *r, const char *exec)
{
	struct json_object *results = json_object_new_object();
	struct spawn spawn = { 0 };
	struct fault why = { 0 };
	struct exec *e = NULL;

	enum err err = job_spec_make_dry_run(r, exec, &spawn, results, &why);

	if (err == ERR_UNAVAILABLE)
		runner_again(r);
	else if (err != ERR_OK)
		end_dry_run(r, exec, results, why.message);
	else if (spawn.spec.len == 0)
		end_dry_run(r, exec, results, NULL);
	else if (has_begun(r, exec))
		e = add(r, exec);
	else if (!spawn_make_folder(r, exec))
		end_dry_run(r, exec, results, NO_FOLDER);
	else if ((e = start_executor(r, exec, &spawn)) == NULL)
		end_dry_run(r, exec, results, NO_PROCESS);
	if (e != NULL)
		e->results = json_object_get(results);
	spawn_clear(&spawn);
	json_object_put(results);
}

/*
 * Sends SIGTERM to the executor, and SIGCONT if it was stopped: it ends its
 * script and reports the result.
 */
static void
cancel(struct runner *r, struct exec *e)
{
	char *lock = exec_path(r, e->id, EXEC_LOCK);

	if (io_is_locked(lock) && alive_signal(r, e, SIGCONT))
		e->cancelled = alive_signal(r, e, SIGTERM);
	free(lock);
}

/* The keeper has it as starting, and its reply to us was lost. */
static bool
is_ours_to_start(struct runner *r, const char *id, const char *state)
{
	return state_find(state) == STATE_STARTING && find_asked(r, id) != NULL;
}

static void
take_job_spec(struct runner *r, const struct runner_attempt *attempt)
{
	const char *id = attempt->exec, *state = attempt->state;
	bool cancelled = attempt->cancelled;
	struct exec *e = find(r, id);

	if (e != NULL)
		e->open = true;
	else if (state_find(state) == STATE_REQUESTED && cancelled)
		report_lost(r, id, MESSAGE("said_cancelled_before"));
	else if (state_find(state) == STATE_REQUESTED ||
	    (!cancelled && is_ours_to_start(r, id, state)))
		start(r, id, state);
	else
		e = add(r, id);
	if (e != NULL && cancelled)
		e->cancel = true;
}

static void
take_dry_run(struct runner *r, const char *id)
{
	struct exec *e = find(r, id);

	if (e != NULL)
		e->open = true;
	else
		start_dry_run(r, id);
}

void
supervise_jobs(struct runner *r)
{
	struct arena *arena = arena_new();
	struct json_object *reply = NULL;
	struct runner_hello h;
	struct fault fault = { 0 };
	char *body = NULL;

	r->jobs = false;
	r->hello_at = clock_monotonic() + RUNNER_HELLO_MS;
	if (keeper_ask(r, "runner_hello", NULL, &body) != ERR_OK)
		goto out;
	if (json_read(body, strlen(body), &reply, &fault) != ERR_OK ||
	    runner_hello_read(reply, arena, &h, &fault) != ERR_OK) {
		log_warn("the keeper's answer is refused: %s %s", fault.field,
		    fault.message);
		goto out;
	}
	for (struct exec *e = r->execs; e != NULL; e = e->next)
		e->open = false;
	for (size_t i = 0; i < h.attempts_count; i++)
		take_job_spec(r, &h.attempts[i]);
	for (size_t i = 0; i < h.dry_runs_count; i++)
		take_dry_run(r, h.dry_runs[i]);
out:
	json_object_put(reply);
	arena_free(arena);
	free(body);
}

/* True: the dry run has ended and the keeper has its results. */
static bool
pass_dry_run(struct runner *r, struct exec *e)
{
	struct buf text = { 0 }, why = { 0 };
	const char *end;
	bool done = false;

	lines_read(r, e, &text);
	end = text.len > 0 ? memrchr(text.data, '\n', text.len) : NULL;
	if (end != NULL) {
		size_t len = (size_t)(end + 1 - text.data);

		done = dry_run_collect(
		    text.data, len, e->results, &e->asked, &why);
		if (!done) /* else it may be read again */
			e->offset += (off_t)len;
	}
	done = done &&
	    end_dry_run(r, e->id, e->results, why.len > 0 ? why.data : NULL) !=
		ERR_UNAVAILABLE;
	buf_clear(&text);
	buf_clear(&why);
	return done;
}

static bool
is_reaped(struct runner *r, struct exec *e)
{
	if (!e->reaped) {
		pid_t got = waitpid(e->child, NULL, WNOHANG);

		e->reaped = got == e->child || (got < 0 && errno == ECHILD);
		e->not_begun = got == e->child && has_not_begun(r, e->id);
	}
	return e->reaped;
}

/*
 * The process has ended (ours), or nobody holds its lock (adopted, or a dry
 * run, which another runner may have started as well).
 */
static bool
is_gone(struct runner *r, struct exec *e)
{
	char *lock;
	bool locked;

	if (e->child > 0 && (!is_reaped(r, e) || e->results == NULL))
		return e->reaped;
	if (e->child == 0 && clock_monotonic() - e->seen < ADOPT_GRACE_MS)
		return false;
	lock = exec_path(r, e->id, EXEC_LOCK);
	locked = io_is_locked(lock);
	free(lock);
	return !locked;
}

/*
 * Three small files are 12 KB of the disk.  The status stays: a backup may have
 * the database of before the end and the folder of after it.  With it, an
 * execution is not started again (executor/main.c).
 */
static void
remove_process_files(struct runner *r, const struct exec *e)
{
	static const char *const names[] = { EXEC_PID, EXEC_ALIVE, EXEC_LOCK };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *path = exec_path(r, e->id, names[i]);

		unlink(path);
		free(path);
	}
}

static void
drop(struct runner *r, struct exec **at)
{
	struct exec *e = *at;
	char *lock = exec_path(r, e->id, EXEC_LOCK);

	if (e->reported && !io_is_locked(lock))
		remove_process_files(r, e);
	free(lock);
	*at = e->next;
	if (e->watch >= 0)
		inotify_rm_watch(r->inotify, e->watch);
	json_object_put(e->results);
	free(e);
}

/*
 * Nothing is left to report.  Its process may take its time to end; nobody
 * waits for it, but it is reaped.
 */
static void
settle(struct runner *r, struct exec **at)
{
	struct exec *e = *at;

	e->settled = true;
	if ((e->child == 0 || is_gone(r, e)) && e->sweep_at == 0)
		drop(r, at);
}

/*
 * Reports what it has said since.  True: nothing more is to be expected of it,
 * or for it.
 */
static bool
settle_report(struct runner *r, struct exec *e, bool gone)
{
	if (e->settled)
		return true;
	e->reported = e->results != NULL ? pass_dry_run(r, e)
					 : lines_pass(r, e);
	return e->reported || !e->open ||
	    (gone && r->keeper >= 0 && give_up(r, e) != ERR_UNAVAILABLE);
}

void
supervise_tick(struct runner *r)
{
	struct exec **at = &r->execs, *e;

	while ((e = *at) != NULL && r->keeper >= 0) {
		bool gone = is_gone(r, e);

		if (e->cancel && !e->cancelled)
			cancel(r, e);
		if (!gone || e->killed)
			alive_check(r, e);
		if (settle_report(r, e, gone))
			settle(r, at);
		if (*at == e)
			at = &e->next;
	}
}
