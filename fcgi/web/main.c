/*
 * countersign-web: pages and JSON over FastCGI, and the live streams.
 *
 * The first process only supervises: it forks the workers, which all accept on
 * descriptor 0, and the live hub, and restarts any that dies.  Workers are
 * single-threaded and serve one request at a time; a request costs microseconds
 * and never waits for a target, so a few are enough.  Templates and messages
 * are loaded before forking and shared.
 */
#include <errno.h>
#include <getopt.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/modes.h"
#include "base/terminate.h"
#include "base/text.h"
#include "web/http/read_limit.h"
#include "web/live/live.h"
#include "web/web.h"

#define MAX_WORKERS 64

struct options {
	const char *data;
	const char *runbooks;
	const char *templates;
	const char *static_files;
	int64_t workers;
};

static uint64_t asset_hash = 14695981039346656037u;

static struct options
read_options(int argc, char **argv)
{
	static const struct option names[] = {
		{ "data", required_argument, NULL, 'd' },
		{ "runbooks", required_argument, NULL, 'r' },
		{ "templates", required_argument, NULL, 't' },
		{ "static", required_argument, NULL, 's' },
		{ "workers", required_argument, NULL, 'w' },
		{ NULL, 0, NULL, 0 },
	};
	struct options o = { "data", "runbooks", "templates", "static", 4 };
	int c;

	while ((c = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (c == 'd')
			o.data = optarg;
		else if (c == 'r')
			o.runbooks = optarg;
		else if (c == 't')
			o.templates = optarg;
		else if (c == 's')
			o.static_files = optarg;
		else if (c != 'w' ||
		    !text_int(optarg, 1, MAX_WORKERS, &o.workers))
			exit(2);
	}
	return o;
}

static int
add_asset(const char *path, const struct stat *st, int kind)
{
	char line[512];

	if (kind != FTW_F)
		return 0;
	snprintf(line, sizeof(line), "%s %jd.%ld %jd", path,
	    (intmax_t)st->st_mtim.tv_sec, st->st_mtim.tv_nsec,
	    (intmax_t)st->st_size);
	for (const char *s = line; *s != '\0'; s++)
		asset_hash = (asset_hash ^ (unsigned char)*s) * 1099511628211u;
	return 0;
}

static void
load(struct web *web, const struct options *o)
{
	const char *strict = getenv("COUNTERSIGN_STRICT");
	struct fault fault;

	web->data = o->data;
	web->runbooks = o->runbooks;
	web->static_files = o->static_files;
	web->catalogue = catalogue_new();
	web->limit = read_limit_new();
	web->templates = templates_new(text_eq(strict, "1"));
	if (templates_load(web->templates, o->templates, &fault) != ERR_OK)
		log_fatal("%s", fault.message);
	ftw(o->static_files, add_asset, 8);
	snprintf(web->asset, sizeof(web->asset), "%012llx",
	    (unsigned long long)(asset_hash >> 16));
}

/* Child 0 is the live hub; the others are workers. */
static pid_t
start(struct web *web, int64_t child)
{
	pid_t parent = getpid(), pid = fork();

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(0);
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	if (child == 0)
		live_serve(web);
	else
		web_work(web);
	exit(0);
}

static void
supervise(struct web *web, int64_t count)
{
	static const struct timespec pause = { 0, 100 * 1000 * 1000 };
	pid_t pids[MAX_WORKERS + 1];
	int status;
	pid_t pid;

	for (int64_t i = 0; i <= count; i++)
		pids[i] = start(web, i);
	while (!terminate_asked) {
		pid = waitpid(-1, &status, 0);
		for (int64_t i = 0; i <= count && !terminate_asked; i++) {
			if (pids[i] != pid || pid <= 0)
				continue;
			log_warn("a child ended with status %d: another one "
				 "takes its place",
			    status);
			nanosleep(&pause, NULL);
			pids[i] = start(web, i);
		}
	}
	for (int64_t i = 0; i <= count; i++)
		if (pids[i] > 0)
			kill(pids[i], SIGTERM);
	while (wait(NULL) > 0 || errno == EINTR)
		;
}

int
main(int argc, char **argv)
{
	struct options o = read_options(argc, argv);
	struct web web = { 0 };

	log_open("countersign-web");
	modes_private();
	load(&web, &o);
	terminate_catch();
	supervise(&web, o.workers);
	templates_free(web.templates);
	catalogue_free(web.catalogue);
	read_limit_free(web.limit);
	return 0;
}
