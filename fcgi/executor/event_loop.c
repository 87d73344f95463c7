/*
 * event_loop.c: waits for events, in the process of one target.
 *
 * Signals are read from a descriptor, so no call is interrupted.  SIGTERM is a
 * cancel request; the kernel sends SIGUSR1 when the parent dies: without it
 * nobody could end this process any more, and a second attempt might run at the
 * same time.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/message.h"
#include "executor/status.h"
#include "executor/event_loop.h"

#define MOST_FDS 10
#define BEAT_MS 5000 /* the longest wait without touching the alive file */

void
loop_init(struct event_loop *loop, int parent)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	loop->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (loop->signals < 0)
		log_fatal("no descriptor for signals");
	prctl(PR_SET_PDEATHSIG, SIGUSR1);
	if (getppid() != parent)
		raise(SIGUSR1);
}

void
loop_reset_signals(void)
{
	static const int ignored[] = { SIGPIPE, SIGHUP };
	sigset_t none;

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

void
loop_start(struct event_loop *loop, int64_t timeout_ms)
{
	int64_t now = clock_monotonic();

	loop->stop = STOP_NONE;
	loop->quiet_from = now;
	loop->quiet_noted = loop->prompt_noted = false;
	loop->deadline = timeout_ms > 0 ? now + timeout_ms : 0;
}

/* Reports a silence once. Returns when the next check is due, or 0. */
static int64_t
check_silence(struct event_loop *loop, int64_t now)
{
	struct buf message = { 0 };
	int64_t from = loop->quiet_from;

	if (loop->quiet_ms == 0)
		return 0;
	if (loop->output->last > from) {
		loop->quiet_from = from = loop->output->last;
		loop->quiet_noted = false;
	}
	if (loop->quiet_noted)
		return 0;
	if (now < from + loop->quiet_ms)
		return from + loop->quiet_ms;
	message_put(&message, "note_quiet target=%s seconds=%lld", loop->target,
	    (long long)(loop->quiet_ms / 1000));
	output_last_line(loop->output, &message);
	status_note(loop->target, "quiet", message.data);
	buf_clear(&message);
	loop->quiet_noted = true;
	return 0;
}

/* Reports once that a prompt cannot be answered. */
static void
check_prompt(struct event_loop *loop)
{
	struct buf message = { 0 };

	if (!loop->prompt_noted && output_unclear(loop->output, &message)) {
		status_note(loop->target, "quiet", message.data);
		loop->prompt_noted = true;
	}
	buf_clear(&message);
}

static void
sooner(int64_t *until, int64_t at)
{
	if (at > 0 && (*until == 0 || at < *until))
		*until = at;
}

static enum stop
take_signal(struct event_loop *loop)
{
	struct signalfd_siginfo info;
	enum stop stop = STOP_NONE;

	while (read(loop->signals, &info, sizeof(info)) == sizeof(info))
		stop = info.ssi_signo == SIGUSR1 ? STOP_ABANDONED : STOP_CANCEL;
	return stop;
}

/* A process that waits is not stuck. */
static void
beat(struct event_loop *loop, int64_t now)
{
	if (loop->beat != NULL)
		*loop->beat = now;
}

enum stop
loop_poll(struct event_loop *loop, struct pollfd *fds, nfds_t n, int64_t until)
{
	struct input_session *session = loop->output->session;
	struct pollfd all[MOST_FDS + 3], *inputs;
	int64_t now = clock_monotonic();
	enum stop stop = STOP_NONE;

	sooner(&until, output_tick(loop->output, now));
	sooner(&until, check_silence(loop, now));
	check_prompt(loop);
	sooner(&until, loop->deadline);
	if (session != NULL)
		sooner(&until, input_session_due(session));
	if (n > MOST_FDS)
		log_bug("too many descriptors to wait for");
	if (n > 0)
		memcpy(all, fds, n * sizeof(*fds));
	all[n] = (struct pollfd){ .fd = loop->signals, .events = POLLIN };
	inputs = &all[n + 1];
	inputs[0] = inputs[1] = (struct pollfd){ .fd = -1 };
	if (session != NULL)
		input_session_fds(session, inputs);
	beat(loop, now);
	(void)poll(all, n + 3,
	    until == 0 || until - now > BEAT_MS ? BEAT_MS
		: until <= now                  ? 0
						: (int)(until - now));
	if (n > 0)
		memcpy(fds, all, n * sizeof(*fds));
	if (inputs[0].revents != 0 || inputs[1].revents != 0)
		output_read_input(loop->output, inputs);
	if (all[n].revents != 0)
		stop = take_signal(loop);
	if (stop == STOP_NONE && loop->deadline > 0 &&
	    clock_monotonic() >= loop->deadline) {
		loop->deadline = 0;
		stop = STOP_TIMEOUT;
	}
	if (stop != STOP_NONE)
		loop->stop = stop;
	return stop;
}
