/*
 * verify_jobs.c: the checks of `verify`, on all processors.
 *
 * Processes, not threads: SQLite is used by one thread everywhere, and a run is
 * derived from its own chain alone.  Each process reads a snapshot of its own.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/cli.h"
#include "cli/verify/verify.h"
#include "cli/verify/verify_jobs.h"

#define JOBS_MAX 65  /* with the one of chain 0 */
#define RUNS_MIN 100 /* fewer are not worth a process */

struct job {
	int64_t first;
	int64_t last;
	pid_t pid;
	FILE *out; /* what it prints */
	bool ended;
	bool complete; /* it came to its end */
};

static void
run_job(struct verify v, const struct job *job, struct verify_count *count,
    bool (*check)(struct verify *))
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	v.first = job->first;
	v.last = job->last;
	v.count = count;
	if (dup2(fileno(job->out), STDOUT_FILENO) < 0)
		_exit(1);
	_exit(check(&v) && fflush(stdout) == 0 ? 0 : 1);
}

static void
start(struct verify *v, struct job *job, struct verify_count *count,
    bool (*check)(struct verify *))
{
	job->out = tmpfile();
	job->pid = -1;
	if (job->out == NULL)
		return;
	fflush(stdout);
	job->pid = fork();
	if (job->pid == 0)
		run_job(*v, job, count, check);
}

/* The jobs: chain 0, and equal ranges of the runs. */
static size_t
divide(int64_t last, struct job jobs[JOBS_MAX])
{
	int64_t n = sysconf(_SC_NPROCESSORS_ONLN);
	int64_t most = last / RUNS_MIN + 1;

	n = n < most ? n : most;
	n = n < JOBS_MAX - 1 ? n : JOBS_MAX - 1;
	n = n > 1 ? n : 1;
	jobs[0] = (struct job){ .first = INT64_MIN, .last = 0 };
	for (int64_t i = 0; i < n; i++)
		jobs[i + 1] = (struct job){ .first = last * i / n + 1,
			.last = i == n - 1 ? INT64_MAX - 1
					   : last * (i + 1) / n };
	return (size_t)n + 1;
}

/* Per cent of the runs, on a terminal. */
static void
show_progress(const struct job *jobs, const struct verify_count *counts,
    size_t n, int64_t last)
{
	int64_t done = 0;

	if (!isatty(STDERR_FILENO) || last == 0)
		return;
	for (size_t i = 1; i < n; i++) {
		int64_t at = counts[i].at < last ? counts[i].at : last;

		done += at >= jobs[i].first ? at - jobs[i].first + 1 : 0;
	}
	fprintf(stderr, "\r%3d %%", (int)(100 * done / last));
}

/* Waits until all have ended. */
static void
wait_all(
    struct job *jobs, const struct verify_count *counts, size_t n, int64_t last)
{
	size_t left = 0;
	int status;

	for (size_t i = 0; i < n; i++)
		left += jobs[i].pid > 0;
	while (left > 0) {
		show_progress(jobs, counts, n, last);
		for (size_t i = 0; i < n; i++) {
			if (jobs[i].pid <= 0 || jobs[i].ended ||
			    waitpid(jobs[i].pid, &status, WNOHANG) == 0)
				continue;
			jobs[i].ended = true;
			jobs[i].complete = WIFEXITED(status) &&
			    WEXITSTATUS(status) == 0;
			left--;
		}
		if (left > 0)
			usleep(isatty(STDERR_FILENO) ? 200000 : 2000);
	}
	if (isatty(STDERR_FILENO))
		fputs("\r     \r", stderr);
}

static void
print_output(FILE *out)
{
	char block[4096];
	size_t n;

	rewind(out);
	while ((n = fread(block, 1, sizeof(block), out)) > 0)
		fwrite(block, 1, n, stdout);
	fclose(out);
}

void
verify_jobs(struct verify *v, int64_t last, bool (*check)(struct verify *))
{
	struct job jobs[JOBS_MAX];
	struct verify_count *counts = mmap(NULL, JOBS_MAX * sizeof(*counts),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	size_t n = divide(last, jobs);

	if (counts == MAP_FAILED)
		log_fatal("no memory for the counts of verify");
	for (size_t i = 0; i < n; i++)
		start(v, &jobs[i], &counts[i], check);
	wait_all(jobs, counts, n, last);
	for (size_t i = 0; i < n; i++) {
		if (jobs[i].out != NULL)
			print_output(jobs[i].out);
		if (!jobs[i].complete)
			cli_wrong(&v->count->wrong, "verify_incomplete");
		v->count->events += counts[i].events;
		v->count->entries += counts[i].entries;
		v->count->outputs += counts[i].outputs;
		v->count->wrong += counts[i].wrong;
	}
	munmap(counts, JOBS_MAX * sizeof(*counts));
}
