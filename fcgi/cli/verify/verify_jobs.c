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

#define JOBS_MAX 65   /* with the one of chain 0 */
#define RUNS_MIN 100  /* fewer are not worth a process */
#define END INT64_MAX /* behind all runs and entries */

struct job {
	struct verify v; /* its copy */
	pid_t pid;
	FILE *out; /* what it prints */
	bool ended;
	bool complete; /* it came to its end */
};

static void
run_job(struct job *job, bool (*check)(struct verify *))
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (dup2(fileno(job->out), STDOUT_FILENO) < 0)
		_exit(1);
	_exit(check(&job->v) && fflush(stdout) == 0 ? 0 : 1);
}

static void
start(struct job *job, bool (*check)(struct verify *))
{
	job->out = tmpfile();
	job->pid = -1;
	if (job->out == NULL)
		return;
	fflush(stdout);
	job->pid = fork();
	if (job->pid == 0)
		run_job(job, check);
}

/* The first number of part i of n, of the numbers from 1 to `last`. */
static int64_t
part_of(int64_t last, int64_t i, int64_t n)
{
	return last / n * i + last % n * i / n + 1;
}

/* The jobs: chain 0, and equal ranges of the runs and entries. */
static size_t
divide(const struct verify *v, struct job jobs[JOBS_MAX])
{
	int64_t n = sysconf(_SC_NPROCESSORS_ONLN);
	int64_t most = v->last / RUNS_MIN + 1;

	n = n < most ? n : most;
	n = n < JOBS_MAX - 1 ? n : JOBS_MAX - 1;
	n = n > 1 ? n : 1;
	for (int64_t i = 0; i <= n; i++) {
		struct verify *part = &jobs[i].v;

		jobs[i] = (struct job){ .v = *v };
		part->first = i > 0 ? part_of(v->last, i - 1, n) : INT64_MIN;
		part->last = i < n ? part_of(v->last, i, n) - 1 : END;
		part->first_entry = i > 0 ? part_of(v->last_entry, i - 1, n)
					  : 1;
		part->last_entry = i < n ? part_of(v->last_entry, i, n) - 1
					 : END;
	}
	return (size_t)n + 1;
}

/* Per cent of the runs, on a terminal. */
static void
show_progress(const struct job *jobs, size_t n, int64_t last)
{
	int64_t done = 0;

	if (!isatty(STDERR_FILENO) || last == 0)
		return;
	for (size_t i = 1; i < n; i++) {
		int64_t at = jobs[i].v.count->at;

		at = at < last ? at : last;
		done += at >= jobs[i].v.first ? at - jobs[i].v.first + 1 : 0;
	}
	fprintf(stderr, "\r%3d %%", (int)(100.0 * (double)done / (double)last));
}

/* Waits until all have ended. */
static void
wait_all(struct job *jobs, size_t n, int64_t last)
{
	bool watched = isatty(STDERR_FILENO);
	size_t left = 0;
	int status;

	for (size_t i = 0; i < n; i++)
		left += jobs[i].pid > 0;
	while (left > 0) {
		show_progress(jobs, n, last);
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
			usleep(watched ? 200000 : 2000);
	}
	if (watched)
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
verify_jobs(struct verify *v, bool (*check)(struct verify *))
{
	struct job jobs[JOBS_MAX];
	struct verify_count *counts = mmap(NULL, sizeof(*counts) * JOBS_MAX,
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	size_t n = divide(v, jobs);

	if (counts == MAP_FAILED)
		log_fatal("no memory for the counts of verify");
	for (size_t i = 0; i < n; i++) {
		jobs[i].v.count = &counts[i];
		start(&jobs[i], check);
	}
	wait_all(jobs, n, v->last);
	for (size_t i = 0; i < n; i++) {
		if (jobs[i].out != NULL)
			print_output(jobs[i].out);
		if (!jobs[i].complete)
			cli_wrong(&v->count->wrong, "verify_incomplete");
		v->count->events += counts[i].events;
		v->count->entries += counts[i].entries;
		v->count->outputs += counts[i].outputs;
		v->count->unproven += counts[i].unproven;
		v->count->wrong += counts[i].wrong;
	}
	munmap(counts, sizeof(*counts) * JOBS_MAX);
}
