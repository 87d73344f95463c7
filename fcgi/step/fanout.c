/*
 * fanout.c: the step on all of its targets at the same time.
 *
 * One process per target: a crash or a hang of one costs that target alone,
 * each waits in its own simple way, and memory is given back when it ends.
 * Threads were rejected for that reason.  The parent only waits and passes on
 * the wish to end.  A target whose process dies without its last line is
 * `unknown`; its local script, if it has one, is killed, so that nothing runs
 * on unseen.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "step/fanout.h"
#include "step/mask.h"
#include "step/status.h"
#include "step/target.h"

struct fanout {
	const struct order *order;
	struct mask	*mask;
	pid_t		*pids;		/* of each target, 0: not running */
	struct fanout_slot *slots;	/* shared with the children */
	size_t		 started;
	size_t		 running;
	bool		 done;		/* the last line is written */
	enum err	 err;		/* of writing it */
};

static volatile sig_atomic_t cancelled;

static void
on_cancel(int sig)
{
	(void)sig;
	cancelled = 1;
}

/* Only so that a child that ends wakes sigsuspend(2). */
static void
on_child(int sig)
{
	(void)sig;
}

static void
start_next(struct fanout *f)
{
	size_t i = f->started++;
	pid_t parent = getpid(), pid = fork();

	if (pid == 0) {
		target_run(f->order, &f->order->targets[i], f->mask, parent,
		    &f->slots[i]);
		mask_free(f->mask);
		exit(0);
	}
	if (pid < 0) {
		log_warn("no process for %s", f->order->targets[i].name);
		return;
	}
	f->pids[i] = pid;
	f->running++;
}

static void
end_all(struct fanout *f)
{
	for (size_t i = 0; i < f->started; i++)
		if (f->pids[i] > 0)
			kill(f->pids[i], SIGTERM);
	cancelled = 2;
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

/* Targets that never got a last line get it now. */
static void
finish_target(struct fanout *f, size_t i)
{
	const char *name = f->order->targets[i].name;
	struct status_end end = { .exit = -1, .state = STATE_UNKNOWN };
	char message[400];

	if (i >= f->started) {
		end.state = STATE_FAILED;
		snprintf(message, sizeof(message), "The step was cancelled "
		    "before it was started on %s.", name);
	} else if (strcmp(f->order->targets[i].kind, "ssh") == 0) {
		snprintf(message, sizeof(message), "The process that ran the "
		    "step on %s died. The script may still run on %s, with "
		    "its output in ~/.countersign/%s-*.", name,
		    f->order->targets[i].host, f->order->exec);
	} else {
		snprintf(message, sizeof(message), "The process that ran the "
		    "step on %s died, and its script was killed. How far it "
		    "had come is not known.", name);
	}
	end.message = message;
	status_target(name, &end);
}

/* The captured value of the name, and on which target, so far. */
struct agreed {
	struct json_object *captures;
	struct json_object *sources;	/* name: target */
};

static bool
agree(struct agreed *a, const char *target, struct json_object *captures,
    struct buf *message)
{
	if (captures == NULL)
		return true;
	json_object_object_foreach(captures, name, value) {
		const char *first = json_text(a->sources, name, NULL);

		if (first == NULL) {
			json_set(a->captures, name, json_object_get(value));
			json_set_text(a->sources, name, target);
		} else if (!json_object_equal(json_get(a->captures, name),
		    value)) {
			buf_printf(message, "The values captured for \"%s\" "
			    "differ between %s and %s; one value is needed for "
			    "the later steps.", name, first, target);
			return false;
		}
	}
	return true;
}

static enum state
state_of(struct json_object *end)
{
	const char *s = json_text(end, "state", "");

	for (int i = 0; i < STATE__MAX; i++)
		if (strcmp(state_name((enum state)i), s) == 0)
			return (enum state)i;
	return STATE_UNKNOWN;
}

static void
say_result(const struct order *o, struct json_object *ends, enum state state,
    struct buf *message)
{
	size_t n = 0;

	for (size_t i = 0; i < o->targets_count; i++) {
		struct json_object *end = json_get(ends, o->targets[i].name);

		if (state_of(end) != state)
			continue;
		if (n++ == 0 && state != STATE_SUCCEEDED)
			buf_puts(message, json_text(end, "message", ""));
	}
	if (o->targets_count > 1 && state != STATE_SUCCEEDED)
		buf_printf(message, " (%zu of %zu targets: %s)", n,
		    o->targets_count, state_name(state));
}

static enum err
conclude(const struct order *o, struct json_object *ends)
{
	struct agreed a = { json_object_new_object(),
		json_object_new_object() };
	enum state state = STATE_SUCCEEDED, one;
	struct buf message = {0};
	enum err err;

	for (size_t i = 0; i < o->targets_count; i++) {
		one = state_of(json_get(ends, o->targets[i].name));
		if (one > state)
			state = one;
	}
	say_result(o, ends, state, &message);
	for (size_t i = 0; i < o->targets_count && state == STATE_SUCCEEDED;
	    i++) {
		const char *name = o->targets[i].name;

		if (!agree(&a, name, json_get(json_get(ends, name),
		    "captures"), &message))
			state = STATE_FAILED;
	}
	err = status_done(state, buf_text(&message),
	    state == STATE_SUCCEEDED ? a.captures : NULL);
	buf_clear(&message);
	json_object_put(a.captures);
	json_object_put(a.sources);
	return err;
}

/* Writes the last line of all once each target has had its own; cleaning up
 * on the targets need not be waited for. */
static void
finish_if_done(struct fanout *f)
{
	const struct order *o = f->order;
	struct json_object *ends;

	if (f->done || (f->started < o->targets_count && cancelled == 0))
		return;
	for (size_t i = 0; i < f->started; i++)
		if (f->pids[i] > 0 && !f->slots[i].finished)
			return;
	ends = status_read();
	for (size_t i = 0; i < o->targets_count; i++)
		if (json_get(ends, o->targets[i].name) == NULL)
			finish_target(f, i);
	json_object_put(ends);
	ends = status_read();
	f->err = conclude(o, ends);
	f->done = true;
	json_object_put(ends);
}

static void
run_all(struct fanout *f)
{
	const struct order *o = f->order;
	sigset_t block, open;
	pid_t pid;

	sigemptyset(&block);
	sigaddset(&block, SIGTERM);
	sigaddset(&block, SIGINT);
	sigaddset(&block, SIGCHLD);
	sigprocmask(SIG_BLOCK, &block, NULL);
	sigemptyset(&open);
	for (;;) {
		while (cancelled == 0 && f->started < o->targets_count &&
		    f->running < (size_t)o->parallel)
			start_next(f);
		finish_if_done(f);
		if (f->running == 0)
			break;
		if ((pid = waitpid(-1, NULL, WNOHANG)) > 0) {
			reap_one(f, pid);
			continue;
		}
		sigsuspend(&open);
		if (cancelled == 1)
			end_all(f);
	}
	sigprocmask(SIG_SETMASK, &open, NULL);
}

enum err
fanout_run(const struct order *order)
{
	size_t n = order->targets_count, size = n * sizeof(struct fanout_slot);
	struct fanout f = { .order = order };
	struct sigaction sa = { .sa_handler = on_cancel };

	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	sa.sa_handler = on_child;
	sigaction(SIGCHLD, &sa, NULL);
	f.mask = mask_new(order->mask, order->mask_count);
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
