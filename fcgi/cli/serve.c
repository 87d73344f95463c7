/*
 * serve.c: the whole console in the foreground, for one machine.
 *
 * It opens the sockets before it starts the programs and passes them on, so
 * that a program can be restarted while its callers wait in the queue of the
 * socket instead of being refused.  Steps are not its children: they outlive
 * it.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/serve.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/modes.h"
#include "base/text.h"
#include "cli/account.h"
#include "cli/cli.h"
#include "cli/ask.h"
#include "cli/isolation.h"
#include "cli/endpoint.h"
#include "cli/leftover.h"
#include "cli/nginx.h"
#include "cli/program.h"
#include "cli/ready.h"
#include "journal/db.h"
#include "journal/migrate.h"
#include "wire/exec.h"
#include "wire/handed.h"
#include "wire/secret.h"

enum { RUNNER, KEEPER, WEB, NGINX, PROGRAMS };

struct serve {
	struct cli *cli;
	char *data; /* absolute */
	char *runbooks;
	char *folder; /* of the programs */
	char *share;  /* folder of templates, static and nginx */
	char *templates;
	char *files; /* static */
	struct accounts accounts;
	int port_fd; /* listens for browsers */
	struct program programs[PROGRAMS];
};

static volatile sig_atomic_t stopping;

static void
on_signal(int number)
{
	if (number != SIGCHLD)
		stopping = 1;
}

static char *
absolute(const char *path)
{
	char *real = realpath(path, NULL);

	return real != NULL ? real : mem_strdup(path);
}

/* Finds templates and static files: beside the build, or installed. */
static char *
find_share(const char *folder)
{
	static const char *const places[] = {
		"..",
		"../..",
		"../share/countersign",
	};
	char *found = NULL;

	for (size_t i = 0; i < 3 && found == NULL; i++) {
		char *base = mem_printf("%s/%s", folder, places[i]);
		char *probe = mem_printf("%s/templates", base);

		if (access(probe, R_OK) == 0)
			found = absolute(base);
		free(probe);
		free(base);
	}
	return found;
}

static int
listen_on(const struct serve *s, const char *name, mode_t mode, gid_t group)
{
	char *path = mem_printf("%s/run/%s", s->data, name);
	int fd = io_listen(path, mode);

	if (fd < 0 || (s->accounts.used && chown(path, 0, group) != 0))
		log_fatal("cannot listen on %s: %s", path, strerror(errno));
	free(path);
	return fd;
}

static char *
find_nginx(void)
{
	static const char *const places[] = {
		"/usr/sbin/nginx",
		"/usr/local/sbin/nginx",
		"/usr/bin/nginx",
	};

	for (size_t i = 0; i < 3; i++)
		if (access(places[i], X_OK) == 0)
			return mem_strdup(places[i]);
	log_fatal("nginx is not installed: run `make deps`");
}

/* Started as root: sets each program's user and the paths it needs. */
static void
set_accounts(struct serve *s)
{
	struct program *p = s->programs;

	if (!s->accounts.used)
		return;
	p[KEEPER].account = &s->accounts.keeper;
	p[WEB].account = &s->accounts.web;
	p[NGINX].account = &s->accounts.nginx;
	for (int i = KEEPER; i <= NGINX; i++)
		program_add_need(&p[i], s->data);
	program_add_need(&p[KEEPER], s->runbooks);
	program_add_need(&p[WEB], s->runbooks);
	program_add_need(&p[WEB], s->templates);
	program_add_need(&p[WEB], s->files);
	program_add_need(&p[NGINX], s->files);
	program_add_need(&p[KEEPER], s->folder);
	program_add_need(&p[WEB], s->folder);
}

static void
set_programs(struct serve *s)
{
	static const char *const names[] = {
		[RUNNER] = "countersign-runner",
		[KEEPER] = "countersign-keeper",
		[WEB] = "countersign-web",
	};
	char *step = mem_printf("%s/countersign-executor", s->folder);
	char *conf = mem_printf("%s/run/nginx/nginx.conf", s->data);
	char *prefix = mem_printf("%s/run/nginx/", s->data);
	char *errors = mem_printf("%s/run/nginx/error.log", s->data);
	struct program *p = s->programs;

	for (int i = 0; i < PROGRAMS; i++) {
		p[i].name = i == NGINX ? "nginx" : names[i];
		p[i].path = i == NGINX
		    ? find_nginx()
		    : mem_printf("%s/%s", s->folder, names[i]);
		p[i].stop_signal = i == NGINX ? SIGQUIT : SIGTERM;
	}
	program_set_args(&p[RUNNER],
	    (const char *[]){ "--data", s->data, "--step", step,
		s->cli->output_limit != NULL ? "--output-limit" : NULL,
		s->cli->output_limit, NULL });
	program_set_args(&p[KEEPER],
	    (const char *[]){ "--data", s->data, "--runbooks", s->runbooks,
		s->accounts.used ? "--share" : NULL, NULL });
	program_set_args(&p[WEB],
	    (const char *[]){ "--data", s->data, "--runbooks", s->runbooks,
		"--templates", s->templates, "--static", s->files, NULL });
	program_set_args(&p[NGINX],
	    (const char *[]){ "-c", conf, "-p", prefix, "-e", errors, NULL });
	p[KEEPER].setting = p[WEB].setting = HANDED_SETTING;
	p[NGINX].setting = "NGINX=3;"; /* a socket opened in advance */
	p[RUNNER].keeps_children = true;
	set_accounts(s);
	free(step);
	free(conf);
	free(prefix);
	free(errors);
}

static void
set_sockets(struct serve *s)
{
	struct program *p = s->programs;
	const struct accounts *a = &s->accounts;
	int commits = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	if (commits < 0)
		log_fatal("no eventfd: %s", strerror(errno));
	program_add_fd(&p[KEEPER], commits, HANDED_COMMITS);
	program_add_fd(&p[WEB], commits, HANDED_WAKE);
	program_add_fd(&p[KEEPER],
	    listen_on(s, "keeper.sock", 0660, a->web.gid),
	    HANDED_KEEPER_SOCKET);
	program_add_fd(&p[KEEPER], listen_on(s, "admin.sock", 0600, 0),
	    HANDED_ADMIN_SOCKET);
	program_add_fd(&p[KEEPER], listen_on(s, "runner.sock", 0600, 0),
	    HANDED_RUNNER_SOCKET);
	program_add_fd(&p[WEB], listen_on(s, "web.sock", 0660, a->nginx.gid),
	    HANDED_WEB_SOCKET);
	program_add_fd(&p[WEB], listen_on(s, "live.sock", 0660, a->nginx.gid),
	    HANDED_LIVE_SOCKET);
	program_add_fd(&p[NGINX], s->port_fd, 3);
}

static void
stop_all(struct serve *s)
{
	static const size_t order[] = { NGINX, WEB, RUNNER, KEEPER };
	size_t steps;

	for (size_t i = 0; i < PROGRAMS; i++)
		program_stop(s->programs, PROGRAMS, order[i]);
	steps = leftover_steps(s->data);
	if (steps == 0)
		cli_print("cli_stopped");
	else
		cli_print("cli_stopped_some steps=%zu", steps);
	fflush(stdout);
}

/* Prints the console's address once all of it answers. */
static bool
announce(struct serve *s)
{
	struct json_object *result = NULL;

	if (!ready_page(s->cli))
		return false;
	if (!cli_ask(s->cli, "setup_link", NULL, &result))
		return false;
	endpoint_announce(s->cli, json_text(result, "key", ""));
	json_object_put(result);
	return true;
}

/* Sleeps until a program is due, at most; SIGCHLD ends it early. */
static void
pause_until_next(const struct serve *s, int64_t most)
{
	int64_t now = clock_monotonic();

	for (int i = 0; i < PROGRAMS; i++)
		if (s->programs[i].pid == 0 &&
		    s->programs[i].again - now < most)
			most = s->programs[i].again - now;
	if (most > 0)
		usleep((useconds_t)most * 1000);
}

/* The keeper brings a database of an older version to the present one. */
static bool
is_migrating(const struct serve *s)
{
	return db_version_in(s->data) != MIGRATE_VERSION;
}

static void
supervise(struct serve *s)
{
	bool announced = false;
	int64_t begun = clock_monotonic();

	while (!stopping) {
		program_reap(s->programs, PROGRAMS, false);
		for (int i = 0; i < PROGRAMS; i++)
			if (s->programs[i].pid == 0 && !stopping &&
			    s->programs[i].again <= clock_monotonic())
				program_start(&s->programs[i]);
		if (!announced) {
			announced = announce(s);
			if (!announced && clock_monotonic() - begun > 30000 &&
			    !is_migrating(s)) {
				log_warn(
				    "the console does not answer on port "
				    "%s; %s/run/nginx/error.log may say why",
				    s->cli->port, s->data);
				begun = clock_monotonic();
			}
		}
		pause_until_next(s, announced ? 500 : 20);
	}
}

/* Before their first use by keeper, runner and this process. */
static void
make_secrets(const struct serve *s)
{
	char secret[WIRE_SECRET];

	if (wire_secret_make(s->data, WIRE_SECRET_ADMIN, secret) != ERR_OK ||
	    wire_secret_make(s->data, WIRE_SECRET_RUNNER, secret) != ERR_OK)
		log_fatal(
		    "cannot read or make the secrets in %s/keys", s->data);
}

/* A database of a newer version is not touched. */
static void
check_version(const char *data)
{
	int64_t version = db_version_in(data);

	if (version < 0)
		log_fatal("%s/countersign.db cannot be read as a database. "
			  "Restore it from a backup (nginx/README.md).",
		    data);
	if (version > MIGRATE_VERSION)
		log_fatal("the database in %s has version %lld, and this "
			  "program knows versions up to %d. Start the newer "
			  "countersign, or restore a backup of before its "
			  "upgrade.",
		    data, (long long)version, MIGRATE_VERSION);
}

static void
open_data(struct serve *s)
{
	char *path;

	modes_private();
	modes_make_data_folder(s->cli->data);
	modes_tighten(s->cli->data);
	s->data = absolute(s->cli->data);
	s->cli->data = s->data;
	path = mem_printf("%s/serve.lock", s->data);
	if (io_lock(path) < 0)
		log_fatal(
		    "%s is held: a console serves this folder already", path);
	free(path);
	if (strlen(s->data) > 80)
		log_fatal("the path of the data folder is too long for a "
			  "socket: 80 bytes at most");
	check_version(s->data);
	make_secrets(s);
}

/* An earlier console that was killed may still be ending. */
static void
open_port(struct serve *s)
{
	size_t left = leftover_end(s->data);

	if (left > 0)
		log_warn("%zu processes of nginx were left behind by an "
			 "earlier console, and are ended",
		    left);
	for (int n = 0; n < 500; n++) {
		s->port_fd = ready_listen(s->cli);
		if (s->port_fd >= 0)
			return;
		if (errno != EADDRINUSE)
			break;
		if (n % 50 == 49)
			left += leftover_end(s->data);
		if (n >= 50 && left == 0)
			break;
		usleep(10000);
	}
	if (errno == EADDRINUSE)
		log_fatal("port %s is in use by another program: choose "
			  "another with --port (make run: PORT=)",
		    s->cli->port);
	log_fatal("cannot listen on %s, port %s: %s", s->cli->host,
	    s->cli->port,
	    errno != EADDRNOTAVAIL
		? strerror(errno)
		: "that is no address of this machine (--host)");
}

static void
catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	sigaction(SIGCHLD, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* Each of its programs, before anything is opened or changed. */
static void
check_programs(const char *folder)
{
	const char *missing = program_find_missing(folder);

	if (missing != NULL)
		log_fatal("%s/%s is missing or cannot be executed: install "
			  "all programs of the console, of the same version",
		    folder, missing);
}

int
cli_serve(struct cli *c)
{
	struct serve s = { .cli = c };
	int64_t limit;

	if (c->argc != 0 || endpoint_check(c) != CLI_YES)
		return CLI_USAGE;
	if (c->output_limit != NULL &&
	    !text_int(c->output_limit, 1, EXEC_OUTPUT_MOST_MB, &limit))
		return cli_message(
		    CLI_USAGE, "cli_output_limit most=%d", EXEC_OUTPUT_MOST_MB);
	s.folder = cli_program_folder();
	check_programs(s.folder);
	if ((s.share = find_share(s.folder)) == NULL)
		log_fatal("templates are not where they should be, beside %s",
		    s.folder);
	if (access(c->runbooks, R_OK) != 0)
		log_fatal("the runbook folder %s cannot be read", c->runbooks);
	accounts_find(&s.accounts);
	open_data(&s);
	open_port(&s);
	s.runbooks = absolute(c->runbooks);
	s.templates = mem_printf("%s/templates", s.share);
	s.files = mem_printf("%s/static", s.share);
	nginx_configure(c, s.share, s.accounts.used);
	accounts_take_data(&s.accounts, s.data);
	set_programs(&s);
	set_sockets(&s);
	isolation_probe(s.programs[RUNNER].argv[4], s.data, s.accounts.web.gid);
	catch_signals();
	supervise(&s);
	stop_all(&s);
	for (int i = 0; i < PROGRAMS; i++)
		program_clear(&s.programs[i]);
	free(s.data);
	free(s.runbooks);
	free(s.folder);
	free(s.share);
	free(s.templates);
	free(s.files);
	if (s.accounts.used)
		nginx_clear(c);
	return CLI_YES;
}
